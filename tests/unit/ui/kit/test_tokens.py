"""Three text sizes around the desktop's own."""

from PySide6.QtWidgets import QApplication

from trayapp.ui.kit.tokens import Size, font


def test_three_sizes_with_equal_figures(qapp: QApplication) -> None:
    sizes = [font(one).pointSizeF() for one in (Size.SMALL, Size.BODY, Size.TITLE)]
    assert sizes == sorted(sizes)
    assert sizes[1] == QApplication.font().pointSizeF()
    assert font().isFeatureSet(font().Tag("tnum"))
