// Where a widget's numbers come from: Web Workers in the page, or Python where a kernel answers.
// Both compute a job { settings, cells: [[n, d], …], detail } and hand over one cell after another.

const FIRST_ANSWER = 3000; // ms that a kernel has to take up a job
const SILENCE = 10000; // ms after which a kernel that had begun is given up; while it works it speaks every 2 s

class NoAnswer extends Error {}

// What a worker answers: a cell's verdicts, with its block norms where the job asks for details.
function answer({ settings, n, d, detail }) {
  return Array.from({ length: settings.trials }, (_, number) => {
    const { dual, competitor, ...verdict } = lab.trial(settings, n, d, number, detail);
    const { status, evidence, iterations, distance } = verdict;
    return detail ? verdict : { status, evidence, iterations, distance };
  });
}

function browserSource() {
  const count = Math.max(1, Math.min(4, navigator.hardwareConcurrency || 2));
  const pool = makePool(`${LABORATORY}\nconst lab = relulab();\n${answer}`, count);

  function compute({ settings, cells, detail }, onCell) {
    const job = {}, stop = () => pool.stop(job);
    const answered = async ([n, d]) => {
      const trials = await pool.ask(job, { settings, n, d, detail }, detail);
      onCell({ n, d, trials, source: "browser" });
    };
    const done = Promise.all(cells.map(answered)).catch((error) => {
      stop(); // one cell's failure ends the others
      throw error;
    });
    return { done, stop };
  }

  return { compute, dispose: pool.dispose, warm: pool.warm, count };
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
