using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;
using k8s.Exceptions;

namespace k8s;

/// <content>From configuration to connections.</content>
public partial class Kubernetes
{
    public Kubernetes(KubernetesClientConfiguration config, params DelegatingHandler[] handlers)
    {
        if (string.IsNullOrWhiteSpace(config?.Host))
        {
            throw new KubeConfigException("Host url must be set");
        }

        BaseUri = Uri.TryCreate(config.Host, UriKind.Absolute, out var address) ? address : throw new KubeConfigException($"Bad host url {config.Host}");
        _json = config.JsonSerializerOptions;
        _version = config.DisableHttp2 ? HttpVersion.Version11 : HttpVersion.Version20;
        _clientCertificate = config.ClientCertificate();
        _handler = Connections(config);
        config.FirstMessageHandlerSetup?.Invoke(_handler);
        HttpMessageHandler first = _handler;
        foreach (var handler in handlers.Reverse())
        {
            handler.InnerHandler = first;
            first = handler;
        }

        // Deadlines are set call by call: a watch has none.
        HttpClient = new HttpClient(first, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        if (!string.IsNullOrWhiteSpace(config.UserAgent))
        {
            HttpClient.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", config.UserAgent);
        }

        HttpClientTimeout = config.HttpClientTimeout;
        Credentials = CreateCredentials(config);
    }

    public static ServiceClientCredentials CreateCredentials(KubernetesClientConfiguration config) => config switch
    {
        { TokenProvider: { } provider } => new TokenCredentials(provider),
        { AccessToken: { Length: > 0 } token } => new TokenCredentials(token),
        { Username: { Length: > 0 } user } => new BasicAuthenticationCredentials { UserName = user, Password = config.Password },
        _ => null,
    };

    /// <summary>Is it a certificate of one of these authorities? The machine's own are not asked.</summary>
    public static bool CertificateValidationCallBack(
        object sender, X509Certificate2Collection caCerts, X509Certificate certificate, X509Chain chain, SslPolicyErrors sslPolicyErrors)
    {
        ArgumentNullException.ThrowIfNull(caCerts);
        ArgumentNullException.ThrowIfNull(chain);
        if (sslPolicyErrors != SslPolicyErrors.RemoteCertificateChainErrors)
        {
            return sslPolicyErrors == SslPolicyErrors.None;
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(caCerts);
        return chain.Build((X509Certificate2)certificate);
    }

    private SocketsHttpHandler Connections(KubernetesClientConfiguration config)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromMinutes(3),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(30),
            SslOptions = { TargetHost = string.IsNullOrWhiteSpace(config.TlsServerName) ? null : config.TlsServerName },
        };
        if (_clientCertificate is not null)
        {
            handler.SslOptions.ClientCertificates = [_clientCertificate];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => _clientCertificate;
        }

        if (config.SkipTlsVerify)
        {
#pragma warning disable CA5359 // The configuration asks for it by name.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (config.SslCaCerts is { } authorities)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                CertificateValidationCallBack(sender, authorities, certificate, chain, errors);
        }

        return handler;
    }
}
