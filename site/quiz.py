"""The `quiz` directive: questions that answer back on the built page, without a server and without a script.

Its body is YAML, one item a question; each answer says why it is right or wrong. The page gets radio buttons,
and the style sheet shows the reason of the one that is chosen. `as_markdown` writes the same for a notebook.
"""

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

KEYS = {"text", "because", "right"}


def questions(body: str) -> list[dict]:
    """Read and check the body of a quiz; a fault is a ValueError that names the question."""
    try:
        quiz = yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise ValueError(f"a quiz that is not YAML: {' '.join(str(error).split())}") from None
    if not (isinstance(quiz, list) and quiz and all(isinstance(item, dict) for item in quiz)):
        raise ValueError('a quiz is a list of items "- ask: ..."')
    for number, item in enumerate(quiz, 1):
        if item.keys() != {"ask", "answers"}:
            raise ValueError(f'question {number} of the quiz needs "ask" and "answers", and nothing else')
        if not (isinstance(item["answers"], list) and isinstance(item["ask"], str)):
            raise ValueError(f'question {number} of the quiz needs text to "ask" and a list of "answers"')
        for answer in item["answers"]:
            if not (isinstance(answer, dict) and {"text", "because"} <= answer.keys() <= KEYS):
                raise ValueError(
                    f'an answer to question {number} needs "text", "because" and may have "right"'
                )
            if not (isinstance(answer["text"], str) and isinstance(answer["because"], str)):
                raise ValueError(f"an answer to question {number} is no text: put it in quotes")
        texts = [item["ask"], *(answer[key] for answer in item["answers"] for key in ("text", "because"))]
        if any("\\\\" in text for text in texts):
            raise ValueError(
                f"question {number} has a doubled backslash, which only text in double quotes needs"
            )
        if sum(answer.get("right") is True for answer in item["answers"]) != 1:
            raise ValueError(f'question {number} of the quiz needs exactly one answer with "right: true"')
    return quiz


def as_markdown(body: str) -> str:
    """The quiz as text: questions with lettered answers, the reasons under a fold."""
    text = []
    for number, item in enumerate(questions(body), 1):
        letters = [chr(ord("a") + place) for place in range(len(item["answers"]))]
        lines = [f"**{number}. {item['ask']}**", ""]
        answers = list(zip(letters, item["answers"], strict=True))
        lines += [f"- ({letter}) {answer['text']}" for letter, answer in answers]
        lines += ["", "<details><summary>Answer</summary>", ""]
        lines += [f"- ({letter}) {verdict(answer)} {answer['because']}" for letter, answer in answers]
        text.append("\n".join([*lines, "", "</details>"]))
    return "\n\n".join(text) + "\n"


def verdict(answer: dict) -> str:
    return "Right." if answer.get("right") else "No."


class element(nodes.General, nodes.Element):
    """One HTML element: its attributes `tag` and `html` are written as they are."""


def visit_element(self, node):
    self.body.append(self.starttag(node, node["tag"], "", **node["html"]))


def depart_element(self, node):
    if node["tag"] != "input":
        self.body.append(f"</{node['tag']}>")


class Quiz(SphinxDirective):
    has_content = True

    def run(self):
        try:
            quiz = questions("\n".join(self.content))
        except ValueError as fault:
            raise self.error(str(fault)) from None
        form = element("", tag="form", html={"autocomplete": "off"}, classes=["quiz"])
        for number, item in enumerate(quiz, 1):
            form += self.question(number, item)
        reset = element("", tag="button", html={"type": "reset"})
        reset += nodes.Text("Start over")
        form += reset
        return [form]

    def question(self, number, item):
        name = f"quiz-{self.env.new_serialno('quiz')}"
        question = element("", tag="fieldset", html={})
        question += self.words("legend", f"{number}. {item['ask']}")
        for place, answer in enumerate(item["answers"]):
            choice = f"{name}-{place}"
            row = element(
                "",
                tag="div",
                html={},
                classes=["quiz-answer", *(["quiz-right"] if answer.get("right") else [])],
            )
            row += element("", tag="input", html={"type": "radio", "name": name}, ids=[choice])
            row += self.words("label", answer["text"], **{"for": choice})
            reason = element("", tag="div", html={"role": "status"}, classes=["quiz-reason"])
            reason += self.words("p", f"**{verdict(answer)}** {answer['because']}")
            row += reason
            question += row
        return question

    def words(self, tag, text, **html):
        parsed, messages = self.state.inline_text(text, self.lineno)
        return element("", *parsed, *messages, tag=tag, html=html)


def setup(app):
    app.add_directive("quiz", Quiz)
    app.add_node(element, html=(visit_element, depart_element))
