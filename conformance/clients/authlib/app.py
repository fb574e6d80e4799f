"""A web application on Flask and Authlib."""

import json
import os
import time
from datetime import timedelta
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session

ISSUER, ADDRESS = os.environ["ISSUER"], os.environ["ADDRESS"]
STRONG = f"{ISSUER}/acr/pwd-email"
MAX_AGE = 30 * 60
SKEW = 60

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["CLIENT_SECRET"],
    SESSION_COOKIE_NAME="authlib",
    SESSION_COOKIE_SAMESITE="Lax",
    # A login may take as long as a mailed link lives, and a slow mail before it.
    PERMANENT_SESSION_LIFETIME=timedelta(hours=3),
)

idp = OAuth(app).register(
    "idp",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile organisation assurance",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "client_secret_basic",
    },
)


def is_strong(claims):
    return claims["acr"] == STRONG and time.time() - claims["auth_time"] <= MAX_AGE + SKEW


def shown():
    return {"id_token": session["claims"], "userinfo": session["userinfo"]}


def log_in(return_to, **parameters):
    session.permanent = True
    session["return_to"] = return_to
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


@app.get("/callback")
def callback():
    try:
        # Signature, iss, aud, exp and nonce of the ID token are checked here; the claims of the
        # ID token come back as "userinfo".
        token = idp.authorize_access_token()
    except OAuthError as error:
        return str(error), 400
    userinfo = idp.userinfo(token=token)
    if userinfo["sub"] != token["userinfo"]["sub"]:
        return "the userinfo answer is for someone else", 502
    session["claims"] = dict(token["userinfo"])
    session["userinfo"] = dict(userinfo)
    session["id_token"] = token["id_token"]
    return redirect(session.pop("return_to", "/"))


@app.get("/logout")
def logout():
    query = {"post_logout_redirect_uri": f"{ADDRESS}/logged-out"}
    if "id_token" in session:
        query["id_token_hint"] = session["id_token"]
    session.clear()
    return redirect(f"{idp.load_server_metadata()['end_session_endpoint']}?{urlencode(query)}")


@app.get("/logged-out")
def logged_out():
    return "logged out"


if __name__ == "__main__":
    app.run("localhost", int(os.environ["PORT"]))
