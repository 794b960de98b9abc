// One question at a time to a classic worker from a blob: module workers and worker files do not start from
// file://. `script` defines answer(question, part), which may hand over parts before it returns.

function makeWorker(script) {
  const listen = `onmessage = ({ data }) => { try { const done = answer(data, (part) => postMessage({ part }));
    postMessage({ done }); } catch (error) { postMessage({ error: String(error) }); } };`;
  let address = null, worker = null, busy = false;

  function start() {
    address ??= URL.createObjectURL(new Blob([`"use strict"; ${script}\n${listen}`], { type: "text/javascript" }));
    worker ??= new Worker(address);
  }

  // Before there is a question; what fails is said when there is one.
  function warm() {
    try {
      start();
      worker.onerror = (event) => {
        event.preventDefault();
        end();
      };
    } catch {
      end();
    }
  }

  function ask(question, onPart = () => {}) {
    stop();
    return new Promise((resolve, reject) => {
      const fail = (words) => {
        end();
        reject(new Error(`the page's Web Worker failed: ${words}`));
      };
      try {
        start();
      } catch (error) {
        return fail(error.message);
      }
      busy = true;
      worker.onmessage = ({ data }) => {
        if ("part" in data) return onPart(data.part);
        if ("error" in data) return fail(data.error);
        busy = false;
        resolve(data.done);
      };
      worker.onerror = (event) => {
        event.preventDefault(); // it is shown in the widget
        fail(event.message || "the browser did not start it");
      };
      worker.postMessage(question);
    });
  }

  // What is not answered yet never will be.
  function stop() {
    if (busy) end();
  }

  function end() {
    worker?.terminate();
    worker = null;
    busy = false;
  }

  function dispose() {
    end();
    if (address) URL.revokeObjectURL(address);
    address = null;
  }

  return { ask, stop, dispose, warm };
}
