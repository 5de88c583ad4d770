/* live_settings: what of a job's settings may be changed while it runs. Only what differs is sent. */

import { api } from '../api.js';
import { h } from '../dom.js';
import { fieldSet } from '../parts/fields.js';
import { errorBox } from '../parts/notice.js';
import { LIVE } from './start_fields.js';

const same = (one, other) => String(one ?? '') === String(other ?? '');

/* onChange(job) hears what the server made of it. */
export function liveSettings(ctx, job, onChange) {
    const set = fieldSet('live', LIVE);
    const trouble = h('div');
    const button = h('button', { type: 'submit', class: 'button' }, 'Change');
    let { settings } = job;

    /* An empty field means the usual value. */
    function changes() {
        const wanted = LIVE.map(({ name, usual }) => [name, set.byName[name].read() ?? usual ?? '']);
        return Object.fromEntries(wanted.filter(([name, value]) => !same(value, settings[name])));
    }

    async function submit(event) {
        event.preventDefault();
        const changed = changes();
        set.calm();
        trouble.replaceChildren();
        if (Object.keys(changed).length === 0) {
            close();
            return;
        }
        button.setAttribute('aria-disabled', 'true');
        try {
            onChange(await api.patchJob(job.id, changed, ctx.signal));
            ctx.announce('Settings changed');
            close();
        } catch (error) {
            if (error.name !== 'AbortError') complain(error);
        }
        button.removeAttribute('aria-disabled');
    }

    function complain(error) {
        const said = set.complain(error);
        if (said) ctx.announce(said);
        else trouble.replaceChildren(errorBox(error));
    }

    function close() {
        node.removeAttribute('open');
        summary.focus();
    }

    const summary = h('summary', null, 'Change settings');
    const node = h('details', { class: 'group live', on: { toggle: () => { if (node.open) set.write(settings); } } }, summary,
        h('form', { class: 'group-fields', novalidate: true, 'aria-label': 'Change the settings', on: { submit } }, trouble, set.fields.map((field) => field.node), button));
    return {
        node,
        update(now) {
            settings = now.settings;
        },
    };
}
