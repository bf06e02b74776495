using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Kubernetes.Client;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Support;

/// <summary>An API server of which a test says every answer, over HTTPS on a port of its own.</summary>
internal sealed class StubApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentQueue<Seen> _requests = new();

    private StubApiServer(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Its own authority.</summary>
    public X509Certificate2 Certificate => _certificate;

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<Seen> Requests => [.. _requests];

    /// <summary>How each request is answered.</summary>
    public Func<StubCall, Task> Serve { get; set; } = call => call.Answer(404, StubCall.Status(404, "NotFound", "nothing is served"));

    public static async Task<StubApiServer> Start(Func<StubCall, Task>? serve = null)
    {
        var certificate = MakeCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(certificate);
        }));
        var app = builder.Build();
        var server = new StubApiServer(app, certificate);
        server.Serve = serve ?? server.Serve;
        app.Run(server.Handle);
        await app.StartAsync();
        return server;
    }

    public IKubernetes Client(KubeApiOptions? options = null)
    {
        var config = new KubernetesClientConfiguration { Host = _app.Urls.Single(), SslCaCerts = [X509CertificateLoader.LoadCertificate(_certificate.RawData)] };
        return KubeClients.Create(config, options ?? new KubeApiOptions());
    }

    public KubeApi Api(KubeApiOptions? options = null, TimeProvider? time = null)
    {
        options ??= new KubeApiOptions { RetryDelay = TimeSpan.FromMilliseconds(1) };
        return new KubeApi("stub", Client(options), options, time ?? TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task Handle(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var seen = new Seen(context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.Value!, await reader.ReadToEndAsync(), context.Request.ContentType, context.Request.Headers.Authorization);
        _requests.Enqueue(seen);
        await Serve(new StubCall(context, seen, _requests.Count));
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stub", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

/// <param name="Query">With its question mark.</param>
internal sealed record Seen(string Method, string Path, string Query, string Body, string? ContentType, string? Authorization);
