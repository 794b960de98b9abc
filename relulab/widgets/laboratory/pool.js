// Many questions to a few workers. A job is any object: its questions are stopped together.

function makePool(script, count) {
  const hands = Array.from({ length: count }, () => ({ worker: makeWorker(script), job: null }));
  let waiting = [];

  function ask(job, question, urgent = false) {
    return new Promise((resolve, reject) => {
      const task = { job, question, resolve, reject };
      if (urgent) waiting.unshift(task);
      else waiting.push(task);
      const free = hands.find((hand) => !hand.job);
      if (free) work(free);
    });
  }

  function work(hand) {
    const task = waiting.shift();
    hand.job = task?.job ?? null;
    if (!task) return;
    const after = (settle) => (value) => {
      settle(value);
      work(hand);
    };
    hand.worker.ask(task.question).then(after(task.resolve), after(task.reject));
  }

  // What is not answered yet never will be; a worker in the middle of it is replaced.
  function stop(job) {
    waiting = waiting.filter((task) => task.job !== job);
    for (const hand of hands.filter((one) => one.job === job)) {
      hand.worker.stop();
      work(hand);
    }
  }

  const each = (act) => () => hands.forEach(({ worker }) => worker[act]());
  return { ask, stop, warm: each("warm"), dispose: each("dispose") };
}
