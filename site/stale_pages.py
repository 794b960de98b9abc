"""Write the pages that would differ from those that stand, and no others.

In every build all pages are resolved, so that a name which is gone is told wherever it was used. To write a
page takes much longer. What it is made of has a digest: its resolved text, its numbers, and what all pages
show of the book.
"""

import os

from kept import Kept, digest
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util.parallel import ParallelTasks, SerialTasks, make_chunks, parallel_available


class Pages(StandaloneHTMLBuilder):
    """Sphinx's HTML builder, for the pages that would differ."""

    def write(self, build_docnames, updated_docnames, method="update"):
        kept, self.written = Kept(self.outdir, "pages"), {}
        known, self.frame = kept.read(), self.frame_of_all()
        stale = set(self.env.found_docs)
        if known:
            stale = {name for name, now in self.all_made_of(stale).items() if now != known.get(name)}
        super().write(stale, [], "specific")
        kept.write(known | self.written)

    def all_made_of(self, docnames) -> dict[str, str]:
        """The digests of pages, found on all cores."""
        found, cores = {}, os.cpu_count()
        tasks = ParallelTasks(cores) if parallel_available else SerialTasks()

        def look(chunk):
            return {name: self.made_of(name, self.env.get_and_resolve_doctree(name, self)) for name in chunk}

        for chunk in make_chunks(sorted(docnames), cores):
            tasks.add_task(look, chunk, lambda _, result: found.update(result))
        tasks.join()
        return found

    def stands(self, name: str) -> bool:
        """Whether a page stands as an earlier build left it; an index, for one, is always new."""
        page = name.removesuffix(".html")
        return page in self.env.found_docs and page not in self.written

    def write_doc_serialized(self, docname, doctree):
        self.written[docname] = self.made_of(docname, doctree)
        super().write_doc_serialized(docname, doctree)

    def frame_of_all(self) -> str:
        """The titles and numbers in the sidebar, and in the links to the page before and after."""
        env = self.env
        numbers = {name: env.toc_secnumbers.get(name, {}).get("") for name in env.titles}
        return digest(*(f"{name} {title} {numbers[name]}" for name, title in sorted(env.titles.items())))

    def made_of(self, docname, doctree) -> str:
        env = self.env
        numbers = env.toc_secnumbers.get(docname), env.toc_fignumbers.get(docname)
        contents = env.tocs[docname].pformat(), env.longtitles.get(docname), env.metadata[docname]
        return digest(self.frame, *numbers, *contents, doctree.pformat())


def setup(app):
    app.add_builder(Pages, override=True)
