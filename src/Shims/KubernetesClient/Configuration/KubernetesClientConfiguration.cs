using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using k8s.Authentication;

namespace k8s;

/// <summary>Where a cluster's API is, and who asks.</summary>
public partial class KubernetesClientConfiguration
{
    public string Namespace { get; set; }

    public string Host { get; set; }

    public X509Certificate2Collection SslCaCerts { get; set; }

    /// <summary>PEM in base 64.</summary>
    public string ClientCertificateData { get; set; }

    /// <summary>PEM in base 64.</summary>
    public string ClientCertificateKeyData { get; set; }

    public string ClientCertificateFilePath { get; set; }

    public string ClientKeyFilePath { get; set; }

    public bool SkipTlsVerify { get; set; }

    /// <summary>The name that the server's certificate must have, where it is not that of the address.</summary>
    public string TlsServerName { get; set; }

    public string UserAgent { get; set; } = "kubernetes-csharp/21.0.8";

    public string Username { get; set; }

    public string Password { get; set; }

    public string AccessToken { get; set; }

    public ITokenProvider TokenProvider { get; set; }

    /// <summary>Of a call; a watch has none.</summary>
    public TimeSpan HttpClientTimeout { get; set; } = TimeSpan.FromSeconds(100);

    public Action<SocketsHttpHandler> FirstMessageHandlerSetup { get; set; }

    public bool DisableHttp2 { get; set; }

    public JsonSerializerOptions JsonSerializerOptions
    {
        get => field ??= new JsonSerializerOptions(KubernetesJson.JsonSerializerOptions);
        private set;
    }

    public void AddJsonOptions(Action<JsonSerializerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(JsonSerializerOptions);
    }

    internal X509Certificate2 ClientCertificate()
    {
        var certificate = Pem(ClientCertificateData, ClientCertificateFilePath);
        var key = Pem(ClientCertificateKeyData, ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string Pem(string data, string path) =>
        !string.IsNullOrWhiteSpace(path) ? File.ReadAllText(path)
        : !string.IsNullOrWhiteSpace(data) ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : null;

    private static X509Certificate2Collection Authorities(string pem)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(pem);
        return authorities;
    }
}
