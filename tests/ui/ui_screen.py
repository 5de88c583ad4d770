"""The browser as a person uses it: finds by what is seen, waits on conditions with a deadline, and
remembers everything that the browser complained about.
"""

import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

DEADLINE_S = 30

FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync',
         '--disable-dev-shm-usage', '--window-size=1280,900']

# Before any script of a page: keeps what the policy refused.
WATCH_POLICY = '''window.refused = [];
document.addEventListener('securitypolicyviolation',
    (event) => window.refused.push(event.violatedDirective + ' ' + event.blockedURI));'''


def new_driver(directory):
    options = webdriver.ChromeOptions()
    options.binary_location = '/usr/bin/chromium'
    for flag in [*FLAGS, f'--user-data-dir={tempfile.mkdtemp(dir=directory)}']:
        options.add_argument(flag)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    driver = webdriver.Chrome(service=Service('/usr/bin/chromedriver'), options=options)
    driver.execute_cdp_cmd('Page.addScriptToEvaluateOnNewDocument', {'source': WATCH_POLICY})
    return driver


class Screen:
    def __init__(self, driver, base):
        self.driver = driver
        self.base = base

    def open(self, path='/'):
        """A fresh load, also when only the part after '#' differs."""
        self.driver.get('about:blank')
        self.driver.get(f'{self.base}#{path}')
        self.wait(lambda: self.all('h1'), f'a heading at {path}')

    def resize(self, width, height):
        self.driver.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
            'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': width < 600})

    def wait(self, condition, what):
        end = time.monotonic() + DEADLINE_S
        while True:
            try:
                found = condition()
            except StaleElementReferenceException:
                found = None
            if found:
                return found
            if time.monotonic() > end:
                raise AssertionError(f'waited in vain for {what}; the page says:\n{self.text("body")}')
            time.sleep(0.05)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.wait(lambda: next((node for node in self.all(css) if node.is_displayed()), None), css)

    def text(self, css):
        nodes = self.all(css)
        return nodes[0].text if nodes else ''

    def texts(self, css):
        return self.driver.execute_script(
            'return Array.from(document.querySelectorAll(arguments[0]), (node) => node.textContent)', css)

    def click(self, css):
        self.one(css).click()

    def pick(self, css):
        """A radio button, which lies unseen over its label."""
        self.wait(lambda: self.all(css), css)[0].click()

    def says(self, css, text):
        return self.wait(lambda: text in self.text(css), f'"{text}" in {css}')

    def state(self, name):
        return self.wait(lambda: self.all(f'.job-state [data-state="{name}"]'), f'state {name}')

    def type(self, css, text):
        field = self.one(css)
        field.clear()
        field.send_keys(text)

    def choose(self, css, value):
        Select(self.one(css)).select_by_value(value)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        return self.driver.switch_to.active_element

    def tab_to(self, condition, what):
        """Presses Tab until the focus is where it should be, as one does without a mouse."""
        for _ in range(80):
            if condition(self.focused()):
                return self.focused()
            self.keys(Keys.TAB)
        raise AssertionError(f'the Tab key does not lead to {what}')

    def reveal(self, css):
        """Opens what the element is folded into, from the outside in."""
        node = self.wait(lambda: self.all(css), css)[0]
        for details in node.find_elements(By.XPATH, 'ancestor::details[not(@open)]'):
            details.find_element(By.XPATH, './summary').click()
        return node

    def press(self, text, css='button'):
        """The button that says so to the eye."""
        self.wait(lambda: next((node for node in self.all(css) if node.is_displayed() and node.text.split('\n')[0] == text), None),
                  f'“{text}”').click()

    def press_link(self, text):
        self.press(text, 'a, .link-button')

    def get(self, path):
        """What the API answers, asked by the page itself."""
        return self.driver.execute_async_script(
            'const done = arguments[1]; fetch(arguments[0]).then((answer) => answer.json()).then(done)', path)

    def start(self, url, **fields):
        """Fills in the form and sends it; returns the id of the job."""
        self.open('/')
        self.type('#start-seeds', url)
        for name, value in fields.items():
            self.reveal(f'#start-{name}')
            self.type(f'#start-{name}', value)
        self.click('.start [type=submit]')
        self.one('.job-state')
        return self.driver.current_url.rsplit('/', 1)[1]

    def refused(self):
        return self.driver.execute_script('return window.refused ?? []')

    def complaints(self):
        return [entry['message'] for entry in self.driver.get_log('browser') if entry['level'] == 'SEVERE']
