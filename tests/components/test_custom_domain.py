from components.custom_domain import CustomDomain, CustomDomainArgs
from components.http_api import HttpApi, HttpApiArgs
from tests.artifacts import function
from tests.recording import Recording, record


def declared() -> Recording:
    def declare() -> None:
        api = HttpApi("api", HttpApiArgs())
        api.route("POST /echo", function("echo"))
        CustomDomain("domain", CustomDomainArgs(domain_name="api.example.com", hosted_zone_id="Z123", api=api))

    return record(declare)


def test_the_certificate_is_validated_by_a_record_in_the_zone() -> None:
    recording = declared()
    certificate = recording.named("domain-certificate").inputs
    assert (certificate["domainName"], certificate["validationMethod"]) == ("api.example.com", "DNS")
    assert recording.named("domain-proof").inputs["zoneId"] == "Z123"
    assert recording.named("domain-proof").inputs["allowOverwrite"] is True, "every certificate of a name has the same"
    assert recording.named("domain-validated").inputs["certificateArn"] == "arn:aws:test:::domain-certificate"


def test_the_name_is_an_alias_of_the_api() -> None:
    recording = declared()
    mapping = recording.named("domain-mapping").inputs
    assert (mapping["apiId"], mapping["stage"]) == ("api-http-id", "$default")
    alias = recording.named("domain-alias").inputs
    assert (alias["name"], alias["type"], alias["zoneId"]) == ("api.example.com", "A", "Z123")


def test_old_tls_versions_are_refused() -> None:
    configuration = declared().named("domain-name").inputs["domainNameConfiguration"]
    assert configuration["securityPolicy"] == "TLS_1_2"
