using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace Silo.Clustering;

/// <summary>
/// Both ends of every connection prove who they are. Silos take each other's connections and no others; their gateway port takes gateways and no
/// others; clients speak to silos only.
/// </summary>
internal static class Transport
{
    public static void Secure(ISiloBuilder silo, TransportOptions options)
    {
        var certificates = Certificates(silo.Services, options);
        silo.Configure<SiloConnectionOptions>(o =>
        {
            o.ConfigureSiloInboundConnection(c => c.UseServerTls(Tls(certificates, options.SiloName, options)));
            o.ConfigureSiloOutboundConnection(c => c.UseClientTls(Tls(certificates, options.SiloName, options)));
            o.ConfigureGatewayInboundConnection(c => c.UseServerTls(Tls(certificates, options.GatewayName, options)));
        });
    }

    public static void Secure(IClientBuilder client, TransportOptions options)
    {
        var certificates = Certificates(client.Services, options);
        client.Configure<ClientConnectionOptions>(o => o.ConfigureConnection(c => c.UseClientTls(Tls(certificates, options.SiloName, options))));
    }

    private static TransportCertificates Certificates(IServiceCollection services, TransportOptions options)
    {
        var certificates = new TransportCertificates(options, TimeProvider.System);
        services.AddSingleton(certificates);
        return certificates;
    }

    private static TlsOptions Tls(TransportCertificates certificates, string remoteName, TransportOptions options) => new()
    {
        LocalServerCertificateSelector = (_, _) => certificates.Own,
        LocalClientCertificateSelector = (_, _, _, _, _) => certificates.Own,
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = (certificate, chain, _) => certificates.Accepts(certificate, chain, remoteName),
        OnAuthenticateAsClient = (_, authentication) => authentication.TargetHost = options.SiloName,
    };
}
