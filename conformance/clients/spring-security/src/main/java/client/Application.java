package client;

import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A web application that logs people in with Spring Security. */
@SpringBootApplication
@RestController
public class Application {
    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @Bean
    Strong strong(@Value("${ISSUER}") String issuer) {
        return new Strong(issuer + "/acr/pwd-email", Duration.ofMinutes(30));
    }

    /** The algorithm the client has registered; without this bean only RS256 is believed. */
    @Bean
    JwtDecoderFactory<ClientRegistration> idTokenDecoder() {
        var factory = new OidcIdTokenDecoderFactory();
        factory.setJwsAlgorithmResolver(registration -> SignatureAlgorithm.ES256);
        return factory;
    }

    @Bean
    SecurityFilterChain security(
            HttpSecurity http, ClientRegistrationRepository registrations, Strong strong)
            throws Exception {
        var atProvider = new OidcClientInitiatedLogoutSuccessHandler(registrations);
        atProvider.setPostLogoutRedirectUri("{baseUrl}/logged-out");
        return http.authorizeHttpRequests(
                        rules ->
                                rules.requestMatchers("/logged-out", "/failed")
                                        .permitAll()
                                        .requestMatchers("/step-up")
                                        .access(strong)
                                        .anyRequest()
                                        .authenticated())
                .exceptionHandling(
                        it -> it.accessDeniedHandler(strong.stepUp(new HttpSessionRequestCache())))
                .oauth2Login(
                        login ->
                                login.loginPage("/oauth2/authorization/idp")
                                        // Or a refused login would begin again by itself.
                                        .failureUrl("/failed")
                                        .redirectionEndpoint(it -> it.baseUri("/callback"))
                                        .authorizationEndpoint(
                                                it ->
                                                        it.authorizationRequestResolver(
                                                                        strong.requests(
                                                                                registrations))
                                                                .authorizationRequestRepository(
                                                                        new LoginsInSession())))
                .logout(
                        it ->
                                it.logoutRequestMatcher(
                                                PathPatternRequestMatcher.withDefaults()
                                                        .matcher("/logout"))
                                        .logoutSuccessHandler(atProvider))
                .build();
    }

    @GetMapping({"/", "/login", "/step-up"})
    Map<String, Object> shown(@AuthenticationPrincipal OidcUser user) {
        return Map.of(
                "id_token", new Claims(user.getIdToken().getClaims()).asJson(),
                "userinfo", new Claims(user.getUserInfo().getClaims()).asJson());
    }

    @GetMapping("/failed")
    @ResponseStatus(HttpStatus.FORBIDDEN)
    String failed() {
        return "the login failed";
    }

    @GetMapping("/logged-out")
    String loggedOut() {
        return "logged out";
    }
}
