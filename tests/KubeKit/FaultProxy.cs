using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KubeKit;

/// <summary>
/// Stands between a client and the API server, with the server's own certificate, and does to requests what networks and busy servers do: delays,
/// refuses, cuts, and loses answers to what took effect.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private static readonly string[] HopHeaders = ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Proxy-Connection", "TE", "Trailer"];

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _upstream;
    private readonly Uri _server;
    private readonly ConcurrentDictionary<HttpContext, CancellationTokenSource> _open = new();

    private FaultProxy(WebApplication app, HttpMessageInvoker upstream, Uri server) => (_app, _upstream, _server) = (app, upstream, server);

    public Uri Address { get; private set; } = null!;

    /// <summary>Says for each request what is done to it; null, or a null answer, lets it through. Called from many threads.</summary>
    public Func<ProxiedRequest, Fault?>? Faults { get; set; }

    /// <summary>Requests that were let through to the server.</summary>
    public int Passed => _passed;

    private int _passed;

    public static async Task<FaultProxy> Start(KubeServer server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        var certificate = X509CertificateLoader.LoadPkcs12(
            X509Certificate2.CreateFromPemFile(server.Certificates.ServerCertificateFile, server.Certificates.ServerKeyFile).Export(X509ContentType.Pkcs12), null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            });
        });
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { server.Certificates.Authority }, RevocationMode = X509RevocationMode.NoCheck };
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        var proxy = new FaultProxy(builder.Build(), new HttpMessageInvoker(handler), server.Address);
        proxy._app.Run(proxy.Handle);
        await proxy._app.StartAsync();
        var address = proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        proxy.Address = new Uri(address);
        return proxy;
    }

    /// <summary>Ends everything that is open now, watches above all, in the middle.</summary>
    public void CutAll()
    {
        foreach (var one in _open.Values)
        {
            try
            {
                one.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        CutAll();
        await _app.DisposeAsync();
        _upstream.Dispose();
    }

    private async Task Handle(HttpContext context)
    {
        var request = new ProxiedRequest(context.Request.Method, context.Request.Path.Value ?? "", context.Request.QueryString.Value ?? "");
        var fault = Faults?.Invoke(request);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _open[context] = cut;
        try
        {
            if (fault is not null && fault.Delay > TimeSpan.Zero)
            {
                await Task.Delay(fault.Delay, cut.Token);
            }

            if (fault?.Cut == CutAt.Before)
            {
                context.Abort();
                return;
            }

            if (fault?.Status is { } status)
            {
                await Refuse(context, status, fault.RetryAfter);
                return;
            }

            await Forward(context, fault, cut.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }

    private async Task Forward(HttpContext context, Fault? fault, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_server, context.Request.Path + context.Request.QueryString)) { Version = HttpVersion.Version20 };
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0 || (context.Request.ContentLength is null && HttpMethods.IsPost(context.Request.Method)))
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var header in context.Request.Headers.Where(h => !HopHeaders.Contains(h.Key, StringComparer.OrdinalIgnoreCase) && h.Key != "Host"))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable());
            }
        }

        // What is to be lost on the way back must not be called off on the way there.
        using var answer = await _upstream.SendAsync(request, fault?.Cut == CutAt.After ? CancellationToken.None : cancellationToken);
        Interlocked.Increment(ref _passed);
        if (fault?.Cut == CutAt.After)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(h => !HopHeaders.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
        }

        await Copy(await answer.Content.ReadAsStreamAsync(cancellationToken), context.Response, fault, cancellationToken);
    }

    private static async Task Copy(Stream from, HttpResponse to, Fault? fault, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        var left = fault?.CutAfterBytes ?? long.MaxValue;
        await to.StartAsync(cancellationToken);
        while (await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken) is var read and > 0)
        {
            await to.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await to.Body.FlushAsync(cancellationToken);
            left -= read;
            if (left <= 0)
            {
                to.HttpContext.Abort();
                return;
            }
        }
    }

    private static Task Refuse(HttpContext context, HttpStatusCode status, TimeSpan? retryAfter)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var reason = status == HttpStatusCode.TooManyRequests ? "TooManyRequests" : status == HttpStatusCode.Gone ? "Expired" : status == HttpStatusCode.Conflict ? "Conflict" : "InternalError";
        return context.Response.WriteAsync($$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"as the proxy was told","reason":"{{reason}}","code":{{(int)status}}}""");
    }
}

/// <summary>A request on its way.</summary>
public sealed record ProxiedRequest(string Method, string Path, string Query)
{
    public bool IsWatch => Query.Contains("watch=", StringComparison.Ordinal) && !Query.Contains("watch=false", StringComparison.Ordinal) && !Query.Contains("watch=0", StringComparison.Ordinal);

    public bool IsBind => Method == "POST" && Path.EndsWith("/binding", StringComparison.Ordinal);

    public bool IsWrite => Method is not "GET" and not "HEAD";
}

/// <summary>Where a connection is cut.</summary>
public enum CutAt
{
    Nowhere,

    /// <summary>The server never hears of the request.</summary>
    Before,

    /// <summary>The server did it, and its answer is lost.</summary>
    After,
}

/// <summary>What is done to a request.</summary>
public sealed record Fault
{
    /// <summary>Before anything else happens.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The answer, instead of the server's.</summary>
    public HttpStatusCode? Status { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public CutAt Cut { get; init; }

    /// <summary>The answer ends in the middle, after so much of it.</summary>
    public long? CutAfterBytes { get; init; }
}
