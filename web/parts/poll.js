/* poll: asks again while a job moves. Rests while the page cannot be seen, ends with its signal. */

function pause(ms, signal) {
    return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
    });
}

function untilVisible(signal) {
    if (!document.hidden) return Promise.resolve();
    return new Promise((resolve) => {
        const done = () => {
            document.removeEventListener('visibilitychange', done);
            resolve();
        };
        document.addEventListener('visibilitychange', done);
        signal.addEventListener('abort', done, { once: true });
    });
}

/* step() does one round and returns the milliseconds until the next one, or null to end. */
export async function poll(signal, step) {
    for (;;) {
        await untilVisible(signal);
        if (signal.aborted) return;
        const wait = await step();
        if (wait === null || signal.aborted) return;
        await pause(wait, signal);
    }
}
