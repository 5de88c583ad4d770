/* start_form: starts a job, or asks first what it would come to. The server alone judges what is sent; its
 * complaints are shown at the field they are about.
 */

import { api } from '../api.js';
import { h, setText } from '../dom.js';
import { SCOPES } from '../names.js';
import { fieldSet } from '../parts/fields.js';
import { errorBox } from '../parts/notice.js';
import { go } from '../router.js';
import { ESSENTIALS, FIRST_OF_MORE, GROUPS } from './start_fields.js';

export const EXAMPLE = {
    seeds: ['https://www.w3.org/WAI/demos/bad/before/home.html'],
    scope: 'prefix',
    max_pages: 50,
};

const ALL = [...ESSENTIALS, ...FIRST_OF_MORE, ...GROUPS.flatMap(([, specs]) => specs)];

/* A group that can be opened, and says beside its name how much in it was set. */
function group(title, fields) {
    const badge = h('span', { class: 'group-set' });
    return {
        node: h('details', { class: 'group' }, h('summary', null, title, badge),
            h('div', { class: 'group-fields' }, fields.map((field) => field.node))),
        count() {
            const set = fields.filter((field) => field.read() !== undefined).length;
            setText(badge, set ? ` ${set} set` : '');
        },
    };
}

/* onEstimate(found, start) shows what an estimate found; onEdit() hears that it is out of date. */
export function startForm(ctx, { onEstimate = () => {}, onEdit = () => {} } = {}) {
    const set = fieldSet('start', ALL);
    const { byName } = set;
    const trouble = h('div');
    const startButton = h('button', { type: 'submit', class: 'button button-main' }, 'Start the crawl');
    const estimateButton = h('button', { type: 'button', class: 'button', on: { click: () => send(estimateButton, 'Asking the sites …', estimate) } }, 'Estimate first');
    const nodesOf = (specs) => specs.map(({ name }) => byName[name].node);
    const groups = GROUPS.map(([title, specs]) => group(title, specs.map(({ name }) => byName[name])));

    function showErrors(error) {
        const said = set.complain(error);
        if (said) ctx.announce(said);
        else trouble.replaceChildren(errorBox(error));
    }

    /* One request at a time; the button that was pressed says what is under way. */
    async function send(button, busy, ask) {
        if (startButton.hasAttribute('aria-disabled')) return;
        const label = button.textContent;
        set.calm();
        trouble.replaceChildren();
        for (const each of [startButton, estimateButton]) each.setAttribute('aria-disabled', 'true');
        setText(button, busy);
        try {
            await ask();
        } catch (error) {
            if (error.name !== 'AbortError') showErrors(error);
        }
        setText(button, label);
        for (const each of [startButton, estimateButton]) each.removeAttribute('aria-disabled');
    }

    async function start() {
        const job = await api.startJob(set.read(), ctx.signal);
        ctx.announce('The crawl has started');
        go(`/jobs/${job.id}`);
    }

    async function estimate() {
        ctx.announce('Asking the sites');
        onEstimate(await api.estimate(set.read(), ctx.signal), () => send(startButton, 'Starting …', start));
    }

    function sync() {
        const scope = byName.scope.control.value;
        setText(byName.scope.hint, SCOPES[scope]?.[1] ?? '');
        if (scope === 'hosts') byName.hosts.open();
        for (const each of groups) each.count();
    }

    const node = h('form', {
        class: 'card start', novalidate: true, 'aria-labelledby': 'start-title',
        on: {
            submit: (event) => { event.preventDefault(); send(startButton, 'Starting …', start); },
            change: sync,
            input: onEdit,
        },
    },
    h('h2', { id: 'start-title' }, 'Start a crawl'), trouble, nodesOf(ESSENTIALS),
    h('details', { class: 'start-more' }, h('summary', null, 'More settings'),
        h('div', { class: 'start-more-fields' }, nodesOf(FIRST_OF_MORE), groups.map((each) => each.node))),
    h('div', { class: 'start-buttons' }, startButton, estimateButton));
    sync();
    return {
        node,
        fill(settings) {
            set.calm();
            set.write(settings);
            sync();
            onEdit();
            byName.seeds.focus();
        },
    };
}
