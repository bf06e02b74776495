using Gateway.Auth;
using Gateway.Calls;
using Gateway.Hosting;
using Gateway.Telemetry;

namespace Gateway.Http;

/// <summary>
/// The outermost middleware: security headers, the loopback rule, one place that turns faults into problems and one that
/// measures. A single layer, because every request pays for each.
/// </summary>
internal sealed partial class Edge(
    RequestDelegate next, AuthOptions auth, GatewayInstruments instruments, TimeProvider time, ILogger<Edge> logger)
{
    private const int ClientClosedRequest = 499;
    private readonly bool _loopbackOnly = auth.IsLocalOnly;

    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        SetHeaders(context.Response.Headers);
        try
        {
            if (_loopbackOnly && !Loopback.IsLoopbackHost(context.Request.Host.Host))
            {
                await ApiProblem.HostNotAllowed().ExecuteAsync(context);
                return;
            }

            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
                await ApiProblem.OfStatus(context.Response.StatusCode).ExecuteAsync(context);
        }
        catch (Exception e)
        {
            await Fail(context, e);
        }
        finally
        {
            var took = time.GetElapsedTime(started);
            instruments.OnRequest(RouteOf(context), MethodOf(context.Request.Method), context.Response.StatusCode, took);
            LogRequest(context.Request.Method, context.Request.Path, context.Response.StatusCode, took.TotalMilliseconds);
        }
    }

    private async Task Fail(HttpContext context, Exception e)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : ClientClosedRequest;
            return;
        }

        var problem = e switch
        {
            OutcomeUnknownException => ApiProblem.Unavailable(),
            BadHttpRequestException bad => ApiProblem.OfStatus(bad.StatusCode),
            OperationCanceledException => ApiProblem.Unavailable(),
            _ => ApiProblem.OfStatus(StatusCodes.Status500InternalServerError),
        };
        if (e is OutcomeUnknownException)
            LogUnavailable(ApiProblem.TraceIdOf(context), context.Request.Path, e.InnerException);
        else if (problem.StatusCode >= 500)
            LogFault(ApiProblem.TraceIdOf(context), context.Request.Path, e);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        SetHeaders(context.Response.Headers);
        await problem.ExecuteAsync(context);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
    }

    private static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unmatched";

    /// <summary>Methods are the client's words; unknown ones share a name, so that they cannot multiply series.</summary>
    private static string MethodOf(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "DELETE" or "PATCH" or "HEAD" or "OPTIONS" => method,
        _ => "other",
    };

    [LoggerMessage(1001, LogLevel.Debug, "{Method} {Path} answered {Status} in {Milliseconds:F1} ms")]
    private partial void LogRequest(string method, PathString path, int status, double milliseconds);

    [LoggerMessage(1002, LogLevel.Error, "Request {TraceId} to {Path} failed")]
    private partial void LogFault(string traceId, PathString path, Exception exception);

    [LoggerMessage(1003, LogLevel.Warning, "Request {TraceId} to {Path} got no answer from a grain in time")]
    private partial void LogUnavailable(string traceId, PathString path, Exception? exception);
}
