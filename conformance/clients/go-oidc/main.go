// A web application on go-oidc and golang.org/x/oauth2.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	maxAge = 30 * time.Minute
	skew   = time.Minute
	// A login may take as long as a mailed link lives, and a slow mail before it.
	loginTime = 3 * time.Hour
)

var (
	issuer  = os.Getenv("ISSUER")
	address = os.Getenv("ADDRESS")
	strong  = issuer + "/acr/pwd-email"
)

type claims struct {
	Acr      string `json:"acr"`
	AuthTime int64  `json:"auth_time"`
	Nonce    string `json:"nonce"`
}

func (c claims) strong() bool {
	return c.Acr == strong && time.Since(time.Unix(c.AuthTime, 0)) <= maxAge+skew
}

// login waits for the provider's answer.
type login struct {
	browser, nonce, verifier, returnTo string
	strong                             bool
	ends                               time.Time
}

type session struct {
	claims            claims
	idToken           string
	tokens            *oauth2.Token
	shown, fromIssuer json.RawMessage
}

func uses(word string) bool {
	return slices.Contains(strings.Split(os.Getenv("VARIANT"), "+"), word)
}

// application keeps logins by their state and sessions by their cookie.
type application struct {
	provider *oidc.Provider
	config   oauth2.Config
	mutex    sync.Mutex
	logins   map[string]login
	sessions map[string]session
}

func main() {
	provider, err := oidc.NewProvider(context.Background(), issuer)
	if err != nil {
		log.Fatal(err)
	}
	app := &application{
		provider: provider,
		config: oauth2.Config{
			ClientID:     os.Getenv("CLIENT_ID"),
			ClientSecret: os.Getenv("CLIENT_SECRET"),
			Endpoint:     provider.Endpoint(),
			RedirectURL:  address + "/callback",
			Scopes:       []string{oidc.ScopeOpenID, "profile", "organisation", "assurance"},
		},
		logins:   map[string]login{},
		sessions: map[string]session{},
	}
	// Without this the package tries both ways of sending the secret and keeps the one that works.
	app.config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	http.HandleFunc("GET /{$}", app.start)
	http.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		app.logIn(w, r, login{returnTo: "/"})
	})
	http.HandleFunc("GET /step-up", app.stepUp)
	http.HandleFunc("/callback", app.callback)
	http.HandleFunc("GET /refresh", app.refresh)
	http.HandleFunc("GET /logout", app.logout)
	http.HandleFunc("GET /logged-out", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("logged out"))
	})
	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}

func (app *application) session(r *http.Request) (session, bool) {
	cookie, err := r.Cookie("go-session")
	if err != nil {
		return session{}, false
	}
	app.mutex.Lock()
	defer app.mutex.Unlock()
	found, ok := app.sessions[cookie.Value]
	return found, ok
}

func setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(loginTime.Seconds()),
	})
}

// logIn sends the browser to the provider. The login is kept under its state, so that logins in two
// tabs do not disturb each other, and is bound to the browser by a cookie.
func (app *application) logIn(w http.ResponseWriter, r *http.Request, begun login) {
	if cookie, err := r.Cookie("go-browser"); err == nil {
		begun.browser = cookie.Value
	} else {
		begun.browser = rand.Text()
	}
	setCookie(w, "go-browser", begun.browser)
	begun.nonce, begun.verifier = rand.Text(), oauth2.GenerateVerifier()
	begun.ends = time.Now().Add(loginTime)
	state := rand.Text()
	options := []oauth2.AuthCodeOption{
		oidc.Nonce(begun.nonce), oauth2.S256ChallengeOption(begun.verifier),
	}
	if begun.strong {
		// Essential: the provider answers with an error rather than with less.
		wanted, _ := json.Marshal(map[string]any{
			"id_token": map[string]any{"acr": map[string]any{"essential": true, "value": strong}},
		})
		options = append(options,
			oauth2.SetAuthURLParam("claims", string(wanted)),
			oauth2.SetAuthURLParam("max_age", "1800"))
	}
	if uses("form_post") {
		// Between two sites the cookies must then be SameSite=None and Secure.
		options = append(options, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	app.mutex.Lock()
	app.logins[state] = begun
	app.mutex.Unlock()
	http.Redirect(w, r, app.config.AuthCodeURL(state, options...), http.StatusFound)
}

func (app *application) callback(w http.ResponseWriter, r *http.Request) {
	state := r.FormValue("state")
	app.mutex.Lock()
	begun, ok := app.logins[state]
	delete(app.logins, state)
	app.mutex.Unlock()
	browser, err := r.Cookie("go-browser")
	if !ok || err != nil || browser.Value != begun.browser || time.Now().After(begun.ends) {
		http.Error(w, "no such login", http.StatusBadRequest)
		return
	}
	// RFC 9207: go-oidc leaves it to the application.
	if r.FormValue("iss") != issuer {
		http.Error(w, "another issuer", http.StatusBadRequest)
		return
	}
	if code := r.FormValue("error"); code != "" {
		http.Error(w, code, http.StatusForbidden)
		return
	}
	made, err := app.redeem(r.Context(), r.FormValue("code"), begun)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if begun.strong && !made.claims.strong() {
		http.Error(w, "not strong enough", http.StatusForbidden)
		return
	}
	id := rand.Text()
	app.mutex.Lock()
	app.sessions[id] = made
	app.mutex.Unlock()
	setCookie(w, "go-session", id)
	http.Redirect(w, r, begun.returnTo, http.StatusFound)
}

// redeem exchanges the code and verifies the ID token; the nonce is for the application to compare.
func (app *application) redeem(
	ctx context.Context, code string, begun login,
) (made session, err error) {
	tokens, err := app.config.Exchange(ctx, code, oauth2.VerifierOption(begun.verifier))
	if err != nil {
		return made, err
	}
	made.idToken, _ = tokens.Extra("id_token").(string)
	verifier := app.provider.Verifier(&oidc.Config{ClientID: app.config.ClientID})
	idToken, err := verifier.Verify(ctx, made.idToken)
	if err != nil {
		return made, err
	}
	if idToken.Nonce != begun.nonce {
		return made, errors.New("the nonce is not ours")
	}
	if err = idToken.VerifyAccessToken(tokens.AccessToken); err != nil {
		return made, err
	}
	if err = idToken.Claims(&made.claims); err != nil {
		return made, err
	}
	if err = idToken.Claims(&made.shown); err != nil {
		return made, err
	}
	made.tokens = tokens
	return made, app.askUserinfo(ctx, &made)
}

func (app *application) askUserinfo(ctx context.Context, of *session) error {
	userinfo, err := app.provider.UserInfo(ctx, oauth2.StaticTokenSource(of.tokens))
	if err != nil {
		return err
	}
	return userinfo.Claims(&of.fromIssuer)
}

// refresh uses the refresh token as the package does by itself when the access token is over.
func (app *application) refresh(w http.ResponseWriter, r *http.Request) {
	now, ok := app.session(r)
	if !ok {
		http.Error(w, "not logged in", http.StatusUnauthorized)
		return
	}
	over := *now.tokens
	over.Expiry = time.Now().Add(-time.Hour)
	fresh, err := app.config.TokenSource(r.Context(), &over).Token()
	if err == nil {
		now.tokens = fresh
		err = app.askUserinfo(r.Context(), &now)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	cookie, _ := r.Cookie("go-session")
	app.mutex.Lock()
	app.sessions[cookie.Value] = now
	app.mutex.Unlock()
	show(w, now)
}

func (app *application) start(w http.ResponseWriter, r *http.Request) {
	if now, ok := app.session(r); ok {
		show(w, now)
		return
	}
	http.Error(w, "not logged in", http.StatusUnauthorized)
}

func (app *application) stepUp(w http.ResponseWriter, r *http.Request) {
	if now, ok := app.session(r); ok && now.claims.strong() {
		show(w, now)
		return
	}
	app.logIn(w, r, login{strong: true, returnTo: "/step-up"})
}

func (app *application) logout(w http.ResponseWriter, r *http.Request) {
	var known struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := app.provider.Claims(&known); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	query := url.Values{"post_logout_redirect_uri": {address + "/logged-out"}}
	if now, ok := app.session(r); ok {
		query.Set("id_token_hint", now.idToken)
		cookie, _ := r.Cookie("go-session")
		app.mutex.Lock()
		delete(app.sessions, cookie.Value)
		app.mutex.Unlock()
	}
	http.Redirect(w, r, known.EndSession+"?"+query.Encode(), http.StatusFound)
}

func show(w http.ResponseWriter, now session) {
	w.Header().Set("Content-Type", "application/json")
	page := map[string]any{"id_token": now.shown, "userinfo": now.fromIssuer}
	if uses("refresh") {
		page["access_token"] = now.tokens.AccessToken
	}
	json.NewEncoder(w).Encode(page)
}
