"""A custom domain name for the API: certificate, mapping and DNS record."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .http_api import HttpApi


@dataclass(frozen=True, kw_only=True)
class CustomDomainArgs(Arguments):
    """Arguments of `CustomDomain`."""

    domain_name: str
    """Domain name, such as `api.example.com`."""
    hosted_zone_id: str
    """Route 53 hosted zone of the name."""
    api: HttpApi
    """The API."""


class CustomDomain(pulumi.ComponentResource):
    """Serves the API at a custom domain name, with a certificate that is renewed automatically.

    ACM validates the zone with a record in it, then issues the certificate. The name is an alias of the API's regional
    domain name.
    """

    def __init__(self, name: str, args: CustomDomainArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the certificate, its validation, the domain name, its mapping and its record."""
        super().__init__("rust-serverless:index:CustomDomain", name, None, opts)
        self._args = args
        child = pulumi.ResourceOptions(parent=self)
        domain = aws.apigatewayv2.DomainName(
            f"{name}-name",
            domain_name=args.domain_name,
            domain_name_configuration={
                "certificate_arn": self._certificate(),
                "endpoint_type": "REGIONAL",
                "security_policy": "TLS_1_2",
            },
            opts=child,
        )
        mapping = aws.apigatewayv2.ApiMapping(
            f"{name}-mapping", api_id=args.api.api_id, domain_name=domain.id, stage=args.api.stage_name, opts=child
        )
        aws.route53.Record(
            f"{name}-alias",
            zone_id=args.hosted_zone_id,
            name=args.domain_name,
            type="A",
            aliases=[
                {
                    "name": domain.domain_name_configuration.target_domain_name,
                    "zone_id": domain.domain_name_configuration.hosted_zone_id,
                    "evaluate_target_health": False,
                }
            ],
            opts=child,
        )
        self.url = mapping.id.apply(lambda _: f"https://{args.domain_name}")
        self.register_outputs({"url": self.url})

    def _certificate(self) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        certificate = aws.acm.Certificate(
            f"{self.pulumi_resource_name}-certificate",
            domain_name=self._args.domain_name,
            validation_method="DNS",
            opts=child,
        )
        proof = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{self.pulumi_resource_name}-proof",
            zone_id=self._args.hosted_zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=300,
            # The record is the same for every certificate of the name, so a previous certificate may have created it.
            allow_overwrite=True,
            opts=child,
        )
        validated = aws.acm.CertificateValidation(
            f"{self.pulumi_resource_name}-validated",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=child,
        )
        return validated.certificate_arn
