"""MyST-NB's glue between documents, in one form everywhere: `path/to/notebook.ipynb::key`.

MyST-NB itself cannot show a figure that another document glued, and wants a format behind the key of a text.
A page is built again when the notebook that it takes from changes.
"""

from docutils import nodes
from myst_nb.ext.glue.directives import PasteFigureDirective
from myst_nb.ext.glue.roles import PasteTextRole
from myst_nb.ext.glue.utils import create_pending_glue_ref


class GlueText(PasteTextRole):
    def run(self):
        env = self.document.settings.env
        path, _, key = self.text.rpartition("::")
        if path:
            env.note_dependency(env.relfn2path(path)[1])
            if ":" not in key:
                self.text += ":s"
        return super().run()


class GlueFigure(PasteFigureDirective):
    def run(self):
        path, _, key = self.arguments[0].rpartition("::")
        if not path:
            return super().run()
        env = self.document.settings.env
        env.note_dependency(env.relfn2path(path)[1])
        figure = nodes.figure("", create_pending_glue_ref(self.document, self.source, self.line, path, key))
        if self.content:
            text = nodes.Element()
            self.state.nested_parse(self.content, self.content_offset, text)
            figure += nodes.caption("", "", *text[0].children)
            if len(text) > 1:
                figure += nodes.legend("", *text[1:])
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure]


def setup(app):
    app.setup_extension("myst_nb")
    app.add_role_to_domain("glue", "text", GlueText(), override=True)
    app.add_directive_to_domain("glue", "figure", GlueFigure, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
