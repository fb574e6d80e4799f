"""A web application on Flask and Authlib."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from flask import Flask, redirect, session

ISSUER, ADDRESS = os.environ["ISSUER"], os.environ["ADDRESS"]
STRONG = f"{ISSUER}/acr/pwd-email"
MAX_AGE = 30 * 60
SKEW = 60
USES = os.environ["VARIANT"].split("+")

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["CLIENT_SECRET"],
    SESSION_COOKIE_NAME="authlib",
    # With form_post between two sites it must be "None", with SESSION_COOKIE_SECURE.
    SESSION_COOKIE_SAMESITE="Lax",
    # A login may take as long as a mailed link lives, and a slow mail before it.
    PERMANENT_SESSION_LIFETIME=timedelta(hours=3),
)

if "private_key_jwt" in USES:
    method = "private_key_jwt"
    secret = Path(os.environ["FOLDER"], "key.pem").read_text()
    # Who the assertion is for: the token endpoint.
    methods = [PrivateKeyJWT(f"{ISSUER}/token", headers={"kid": "client-key"})]
else:
    method, secret, methods = "client_secret_basic", os.environ["CLIENT_SECRET"], None

idp = OAuth(app).register(
    "idp",
    client_id=os.environ["CLIENT_ID"],
    client_secret=secret,
    client_auth_methods=methods,
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile organisation assurance",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": method,
    },
)


def is_strong(claims):
    return claims["acr"] == STRONG and time.time() - claims["auth_time"] <= MAX_AGE + SKEW


def shown():
    page = {"id_token": session["claims"], "userinfo": session["userinfo"]}
    if "refresh" in USES:
        page["access_token"] = session["access_token"]
    return page


def log_in(return_to, **parameters):
    session.permanent = True
    session["return_to"] = return_to
    if "form_post" in USES:
        parameters["response_mode"] = "form_post"
    return idp.authorize_redirect(f"{ADDRESS}/callback", **parameters)


@app.get("/")
def start():
    return shown() if "claims" in session else ("not logged in", 401)


@app.get("/login")
def login():
    return log_in("/")


@app.get("/step-up")
def step_up():
    if "claims" in session and is_strong(session["claims"]):
        return shown()
    # Essential: the provider answers with an error rather than with less.
    claims = {"id_token": {"acr": {"essential": True, "value": STRONG}}}
    return log_in("/step-up", claims=json.dumps(claims), max_age=MAX_AGE)


@app.route("/callback", methods=["GET", "POST"])
def callback():
    try:
        # Signature, iss, aud, exp and nonce of the ID token are checked here; the claims of the
        # ID token come back as "userinfo".
        token = idp.authorize_access_token()
    except OAuthError as error:
        return str(error), 400
    session["claims"] = dict(token["userinfo"])
    session["id_token"] = token["id_token"]
    keep(token)
    return redirect(session.pop("return_to", "/"))


def keep(token):
    userinfo = idp.userinfo(token=token)
    if userinfo["sub"] != session["claims"]["sub"]:
        raise ValueError("the userinfo answer is for someone else")
    session["userinfo"] = dict(userinfo)
    session["access_token"] = token["access_token"]
    if "refresh_token" in token:
        session["refresh_token"] = token["refresh_token"]


@app.get("/refresh")
def refresh():
    keep(idp.fetch_access_token(grant_type="refresh_token", refresh_token=session["refresh_token"]))
    return shown()


@app.get("/logout")
def logout():
    id_token = session.get("id_token")
    session.clear()
    return idp.logout_redirect(f"{ADDRESS}/logged-out", id_token_hint=id_token)


@app.get("/logged-out")
def logged_out():
    return "logged out"


if __name__ == "__main__":
    app.run("localhost", int(os.environ["PORT"]))
