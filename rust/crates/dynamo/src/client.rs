use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, IdentityCache, Region};
use aws_sdk_dynamodb::{Client, Config};

use crate::{Connection, http_client};

/// Returns a client with timeouts shorter than those of the function's own clients.
///
/// DynamoDB responds within milliseconds: after two seconds, a retry is better than waiting.
///
/// # Errors
/// TLS cannot be set up.
pub fn client(connection: Connection) -> Result<Client, rustls::Error> {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(6))
        .build();
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region))
        .credentials_provider(connection.credentials)
        // The credentials are static: there is nothing to cache or renew.
        .identity_cache(IdentityCache::no_cache())
        .http_client(http_client::http_client()?)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts);
    config.set_endpoint_url(connection.endpoint_url);
    #[cfg(feature = "otel")]
    config.push_interceptor(aws_sdk_dynamodb::config::SharedInterceptor::new(crate::spans::Spans));
    Ok(Client::from_conf(config.build()))
}
