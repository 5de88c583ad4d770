/* api: the one place that talks to the server. Every failure becomes an ApiError that says what is
 * wrong, where (which field of what was sent) and what to do about it.
 */

export class ApiError extends Error {
    constructor({ status, message, remedy = '', fields = [] }) {
        super(message);
        this.name = 'ApiError';
        this.status = status;
        this.remedy = remedy;
        this.fields = fields; /* [{ field: "seeds", index: 0 or null, member: "" or a name, message }] */
    }
}

/* "/seeds/0" → { field: "seeds", index: 0 }, "/headers/Accept" → { field: "headers", member: "Accept" } (RFC 6901). */
export function readPointer(pointer) {
    const steps = String(pointer ?? '').split('/').slice(1)
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const inner = steps[1] ?? '';
    const isIndex = /^\d+$/.test(inner);
    return { field: steps[0] ?? '', index: isIndex ? Number(inner) : null, member: isIndex ? '' : inner };
}

const REMEDIES = {
    404: 'It may have been deleted. The list of jobs shows what there is.',
    409: 'Its state has changed in the meantime; what you see now is up to date.',
    413: 'Send less at a time.',
    429: 'Wait a little and try again.',
    500: 'The log of imgcrawl says more.',
    503: 'Too much is going on at the moment. Try again in a little while.',
};

function fromProblem(status, problem) {
    const fields = (problem?.errors ?? []).map((error) => ({ ...readPointer(error.pointer ?? `/${error.parameter}`), message: error.detail }));
    return new ApiError({
        status,
        message: problem?.detail || problem?.title || `The server answered with status ${status}.`,
        remedy: REMEDIES[status] ?? '',
        fields,
    });
}

async function send(method, path, body, signal) {
    const options = { method, signal, headers: { Accept: 'application/json, application/problem+json' } };
    if (['POST', 'PUT', 'PATCH'].includes(method)) {
        options.headers['Content-Type'] = 'application/json';
        options.body = JSON.stringify(body ?? {});
    }
    try {
        return await fetch(path, options);
    } catch (error) {
        if (error.name === 'AbortError') throw error;
        throw new ApiError({
            status: 0,
            message: 'imgcrawl does not answer.',
            remedy: 'Check that “imgcrawl serve” is running. This page tries again by itself.',
        });
    }
}

async function call(method, path, { body, query, signal } = {}) {
    const response = await send(method, path + queryString(query), body, signal);
    if (response.status === 204) return null;
    const text = await response.text();
    let json = null;
    try {
        json = JSON.parse(text);
    } catch {
        json = null;
    }
    if (!response.ok) throw fromProblem(response.status, json);
    if (json === null) throw new ApiError({ status: response.status, message: 'The answer is not JSON.' });
    return json;
}

/* Leaves out what is not set. */
export function queryString(query) {
    const set = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
    return set.length ? `?${new URLSearchParams(set)}` : '';
}

const jobPath = (id, rest = '') => `/v1/jobs/${encodeURIComponent(id)}${rest}`;

export const api = {
    health: (signal) => call('GET', '/healthz', { signal }),
    listJobs: (query, signal) => call('GET', '/v1/jobs', { query, signal }),
    startJob: (settings, signal) => call('POST', '/v1/jobs', { body: settings, signal }),
    getJob: (id, signal) => call('GET', jobPath(id), { signal }),
    act: (id, action, signal) => call('POST', jobPath(id, `/${action}`), { signal }),
    deleteJob: (id, signal) => call('DELETE', jobPath(id), { signal }),
    listPages: (id, query, signal) => call('GET', jobPath(id, '/pages'), { query, signal }),
    getPage: (id, pageId, signal) => call('GET', jobPath(id, `/pages/${encodeURIComponent(pageId)}`), { signal }),
    listImages: (id, query, signal) => call('GET', jobPath(id, '/images'), { query, signal }),
    listOccurrences: (id, query, signal) => call('GET', jobPath(id, '/occurrences'), { query, signal }),
    listHosts: (id, of, signal) => call('GET', jobPath(id, '/hosts'), { query: { of }, signal }),
    listEvents: (id, signal) => call('GET', jobPath(id, '/events'), { signal }),
    patchJob: (id, changes, signal) => call('PATCH', jobPath(id), { body: changes, signal }),
    estimate: (settings, signal) => call('POST', '/v1/estimate', { body: settings, signal }),
    why: (id, url, signal) => call('GET', jobPath(id, '/why'), { query: { url }, signal }),
    listSkipped: (id, signal) => call('GET', jobPath(id, '/skipped'), { signal }),
    listTraps: (id, query, signal) => call('GET', jobPath(id, '/traps'), { query, signal }),
    releaseTrap: (id, trapId, signal) => call('POST', jobPath(id, `/traps/${encodeURIComponent(trapId)}/release`), { signal }),
    listSitemaps: (id, query, signal) => call('GET', jobPath(id, '/sitemaps'), { query, signal }),
    listLedger: (query, signal) => call('GET', '/v1/hosts', { query, signal }),
    listHostRules: (signal) => call('GET', '/v1/host-rules', { signal }),
    putHostRule: (rule, signal) => call('PUT', '/v1/host-rules', { body: rule, signal }),
    deleteHostRule: (pattern, signal) => call('DELETE', '/v1/host-rules', { query: { pattern }, signal }),
    listRules: (signal) => call('GET', '/v1/rules', { signal }),
    listFindings: (id, query, signal) => call('GET', jobPath(id, '/findings'), { query, signal }),
    diff: (id, query, signal) => call('GET', jobPath(id, '/diff'), { query, signal }),
    exportPath: (id, kind) => jobPath(id, `/export.${kind}`),
    reportPath: (id, format) => jobPath(id, `/report?format=${format}`),
};
