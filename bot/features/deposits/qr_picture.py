"""Draws the QR code of a ticket."""

from io import BytesIO

import segno

MODULE_PX, QUIET_MODULES = 10, 4
"""Ten pixels a module survive the compression of a chat; a quiet zone of four is the standard's."""


def draw_qr(code: str) -> bytes:
    """Return a code as a PNG; a level of correction that a creased screenshot survives."""
    picture = BytesIO()
    segno.make_qr(code, error="m").save(picture, kind="png", scale=MODULE_PX, border=QUIET_MODULES)
    return picture.getvalue()
