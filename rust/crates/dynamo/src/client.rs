use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, IdentityCache, Region};
use aws_sdk_dynamodb::{Client, Config};

use crate::{Connection, http_client};

/// A client that gives up before the client of the function does.
///
/// DynamoDB answers within some milliseconds: an attempt that takes two seconds is lost, and another one better.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(connection: Connection) -> Result<Client, rustls::Error> {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(6))
        .build();
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region))
        .credentials_provider(connection.credentials)
        // The credentials are at hand already: nothing to keep, nothing to renew.
        .identity_cache(IdentityCache::no_cache())
        .http_client(http_client::http_client()?)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts);
    config.set_endpoint_url(connection.endpoint_url);
    Ok(Client::from_conf(config.build()))
}
