// Where a widget's numbers come from: Web Workers in the page, or Python where a kernel answers.
// Both compute a job { settings, cells: [[n, d], …], detail } and hand over one cell after another.

const FIRST_ANSWER = 3000; // ms that a kernel has to take up a job
const SILENCE = 10000; // ms after which a kernel that had begun is given up; while it works it speaks every 2 s

class NoAnswer extends Error {}

// What a worker answers: a cell's verdicts, with its block norms where the job asks for details.
function serve(lab) {
  return ({ data: { id, settings, n, d, detail } }) => {
    try {
      const trials = Array.from({ length: settings.trials }, (_, number) => {
        const { dual, competitor, ...verdict } = lab.trial(settings, n, d, number, detail);
        const { status, evidence, iterations, distance } = verdict;
        return detail ? verdict : { status, evidence, iterations, distance };
      });
      postMessage({ id, trials });
    } catch (error) {
      postMessage({ id, error: String(error) });
    }
  };
}

function browserSource() {
  // A classic worker from a blob: module workers and worker files do not start from file://.
  const script = `"use strict"; ${LABORATORY}\nonmessage = (${serve})(relulab());`;
  const count = Math.max(1, Math.min(4, navigator.hardwareConcurrency || 2));
  let workers = [], address = null, questions = 0, jobs = 0;
  const waiting = new Map();

  function start() {
    address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    workers = Array.from({ length: count }, () => new Worker(address));
    for (const worker of workers) {
      worker.onmessage = ({ data }) => settle(data.id, data);
      worker.onerror = (event) => {
        event.preventDefault(); // it is shown in the widget
        const error = event.message || "the browser did not start it";
        for (const id of [...waiting.keys()]) settle(id, { error });
        dispose();
      };
    }
  }

  function settle(id, { trials, error }) {
    const { resolve, reject } = waiting.get(id) ?? {};
    if (!waiting.delete(id)) return;
    if (error) reject(new Error(`the page's Web Worker failed: ${error}`));
    else resolve(trials);
  }

  function ask(worker, question) {
    return new Promise((resolve, reject) => {
      const id = questions++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...question });
    });
  }

  function compute({ settings, cells, detail }, onCell) {
    const queue = [...cells];
    let stopped = false, over = false;
    const lane = async (worker) => {
      while (queue.length > 0 && !stopped) {
        const [n, d] = queue.shift();
        const trials = await ask(worker, { settings, n, d, detail });
        if (!stopped) onCell({ n, d, trials, source: "browser" });
      }
    };
    const work = async () => {
      try {
        if (workers.length === 0) start();
        await Promise.all(workers.map(lane));
      } finally {
        over = stopped = true; // one lane's failure ends the others
        jobs -= 1;
      }
    };
    const stop = () => {
      stopped = true;
      if (!over && jobs === 1) dispose(); // a long cell would keep its worker; new ones start with the next job
    };
    jobs += 1;
    return { done: work(), stop };
  }

  function dispose() {
    for (const worker of workers) worker.terminate();
    if (address) URL.revokeObjectURL(address);
    workers = [];
    for (const { resolve } of waiting.values()) resolve([]);
    waiting.clear();
  }

  function warm() {
    try {
      if (workers.length === 0) start();
    } catch {
      // said when something is to be computed
    }
  }

  return { compute, dispose, warm, count };
}

function kernelSource(model) {
  const prefix = Math.random().toString(36).slice(2);
  const listeners = new Map();
  let runs = 0;
  const source = { answers: true, compute, dispose };

  // Whether the message could be sent: a kernel that is gone refuses.
  function tell(message) {
    try {
      model.send(message);
      return true;
    } catch {
      return false;
    }
  }

  function receive(message) {
    source.answers = true;
    listeners.get(message.run)?.(message);
  }

  function compute({ settings, cells, detail }, onCell) {
    const run = `${prefix}-${runs++}`;
    let stop;
    const done = new Promise((resolve, reject) => {
      let timer;
      const finish = (settle, value) => {
        clearTimeout(timer);
        listeners.delete(run);
        settle(value);
      };
      const wait = (milliseconds) => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, milliseconds);
      };
      const giveUp = () => {
        source.answers = false;
        finish(reject, new NoAnswer());
        tell({ kind: "cancel", run });
      };
      stop = () => {
        finish(resolve);
        tell({ kind: "cancel", run });
      };
      listeners.set(run, (message) => {
        wait(SILENCE);
        for (const cell of message.cells ?? []) onCell({ ...cell, source: "python" });
        if (message.kind === "error") finish(reject, new Error(message.message));
        if (message.kind === "finished") finish(resolve);
      });
      wait(FIRST_ANSWER);
      if (!tell({ kind: detail ? "select" : "run", run, settings, cells })) giveUp();
    });
    return { done, stop };
  }

  function dispose() {
    model.off("msg:custom", receive);
  }

  model.on("msg:custom", receive);
  return source;
}

// Python where there is a live kernel, the page otherwise; a job that the kernel leaves open is finished here.
function makeEngine(model, el) {
  const browser = browserSource();
  const live = Boolean(model.widget_manager?.kernel) && !el.classList.contains("jupyter-widgets-disconnected");
  const kernel = live ? kernelSource(model) : null;

  function compute(job, onCell, wanted = null) {
    let current = null, stopped = false;
    const open = new Map(job.cells.map((cell) => [String(cell), cell]));
    const take = (answer) => {
      open.delete(String([answer.n, answer.d]));
      if (!stopped) onCell(answer);
    };
    const from = (source) => (current = source.compute({ ...job, cells: [...open.values()] }, take)).done;
    const work = async () => {
      if (!kernel?.answers || wanted === "browser") return from(browser);
      try {
        await from(kernel);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (!stopped) await from(browser);
      }
    };
    const stop = () => {
      stopped = true;
      current?.stop();
    };
    return { done: work(), stop };
  }

  function dispose() {
    browser.dispose();
    kernel?.dispose();
  }

  return { compute, dispose, warm: browser.warm, workers: browser.count, live: () => Boolean(kernel?.answers) };
}
