"""A security key that lives in the browser (Chromium's virtual authenticator, over its debugging protocol)."""

from playwright.sync_api import CDPSession, Page

_OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Authenticator:
    """Answers the browser's questions for a passkey, as a phone does when its owner touches it."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": _OPTIONS})["authenticatorId"]

    def recognise(self, owner: bool) -> None:
        """Decide whether whoever touches it is its owner."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": owner})

    def keys(self) -> int:
        """Return how many passkeys it holds."""
        return len(self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"])
