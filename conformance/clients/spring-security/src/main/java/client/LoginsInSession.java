package client;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * Keeps the logins that wait for the provider by their state. Spring Security's own repository
 * keeps one for a session: a login begun in a second tab would make the first one fail.
 */
final class LoginsInSession implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {
    private static final String NAME = LoginsInSession.class.getName();
    private static final int MOST = 20;

    @Override
    public OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
        var state = request.getParameter("state");
        return state == null ? null : logins(request).get(state);
    }

    @Override
    public void saveAuthorizationRequest(
            OAuth2AuthorizationRequest login,
            HttpServletRequest request,
            HttpServletResponse response) {
        var logins = logins(request);
        logins.put(login.getState(), login);
        logins.keySet().stream().limit(Math.max(0, logins.size() - MOST)).toList()
                .forEach(logins::remove);
        request.getSession().setAttribute(NAME, logins);
    }

    @Override
    public OAuth2AuthorizationRequest removeAuthorizationRequest(
            HttpServletRequest request, HttpServletResponse response) {
        var state = request.getParameter("state");
        var logins = logins(request);
        var login = state == null ? null : logins.remove(state);
        if (login != null) {
            request.getSession().setAttribute(NAME, logins);
        }
        return login;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, OAuth2AuthorizationRequest> logins(HttpServletRequest request) {
        var session = request.getSession(false);
        var kept = session == null ? null : session.getAttribute(NAME);
        return kept == null
                ? new LinkedHashMap<>()
                : new LinkedHashMap<>((Map<String, OAuth2AuthorizationRequest>) kept);
    }
}
