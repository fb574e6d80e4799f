//! Variables of the environment that are not settings although they begin like ours.

/// Whether Kubernetes has set this variable for a service whose name begins with `idp`
/// ([Kubernetes: environment variables of services](https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables)):
/// `IDP_SERVICE_HOST`, `IDP_SERVICE_PORT`, `IDP_SERVICE_PORT_HTTP`, `IDP_PORT`,
/// `IDP_PORT_8400_TCP` and the three that begin with it.
pub(super) fn is_of_kubernetes(variable: &str, value: &str) -> bool {
    let parts: Vec<_> = variable.split('_').collect();
    let transport = |part: &str| matches!(part, "TCP" | "UDP" | "SCTP");
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if variable.contains("__") {
        return false;
    }
    let named = parts.windows(2).any(|pair| matches!(pair, ["SERVICE", "HOST" | "PORT"]));
    let listed =
        parts.windows(3).any(|part| part[0] == "PORT" && number(part[1]) && transport(part[2]));
    let address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    named || listed || (parts.last() == Some(&"PORT") && address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_a_kubernetes_service_are_distinguished_from_settings() {
        let address = "tcp://10.0.0.1:8400";
        for (variable, value, known) in [
            ("IDP_SERVICE_HOST", "10.0.0.1", true),
            ("IDP_SERVICE_PORT", "8400", true),
            ("IDP_SERVICE_PORT_HTTP", "8400", true),
            ("IDP_PORT", address, true),
            ("IDP_PORT_8400_TCP", address, true),
            ("IDP_PORT_8400_TCP_PROTO", "tcp", true),
            ("IDP_MANAGEMENT_PORT_8410_TCP_ADDR", "10.0.0.1", true),
            ("IDP_SERVICE_NAME", "Login", false),
            ("IDP_LISTEN", "127.0.0.1:1", false),
            ("IDP_PORT", "8400", false),
            ("IDP_MAIL__URL", "smtp://mx:25", false),
            ("IDP_MAIL__SERVICE_PORT", "25", false),
        ] {
            assert_eq!(is_of_kubernetes(variable, value), known, "{variable}");
        }
    }
}
