using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gateway.Contracts;

namespace Gateway.Http;

/// <summary>An answer of 400 and above: RFC 9457 problem+json, with the code in x-ms-error-code too. Never carries an exception's text.</summary>
public sealed class ApiProblem : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";
    public const string CodeHeader = "x-ms-error-code";
    private const string TypePrefix = "/docs/errors#";

    private readonly int _status;
    private readonly string _code;
    private readonly string? _detail;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>>? _errors;

    private ApiProblem(int status, string code, string? detail, IReadOnlyDictionary<string, IReadOnlyList<string>>? errors = null) =>
        (_status, _code, _detail, _errors) = (status, code, detail, errors);

    public int? StatusCode => _status;

    /// <summary>When the client may try again; null sends no Retry-After.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ApiProblem InvalidJson(string field, string rule) =>
        new(400, ErrorCode.InvalidJson, "The body is not what this request takes.", One(field, rule));

    public static ApiProblem InvalidParameter(string name, string rule) =>
        new(400, ErrorCode.InvalidParameter, $"{name} {rule}", One(name, rule));

    public static ApiProblem InvalidContinuationToken() =>
        new(400, ErrorCode.InvalidContinuationToken, "The continuation token is not one that this list gave out. Start from the first page.");

    public static ApiProblem HostNotAllowed() =>
        new(400, ErrorCode.HostNotAllowed, "Without authentication this server answers on loopback host names only.");

    public static ApiProblem Forbidden(string detail) => new(403, ErrorCode.Forbidden, detail);

    public static ApiProblem NotFound(string detail) => new(404, ErrorCode.NotFound, detail);

    /// <summary>The same for a job that is not there and one of another tenant.</summary>
    public static ApiProblem JobNotFound() => NotFound("There is no such job.");

    public static ApiProblem Conflict(string code, string detail) => new(409, code, detail);

    public static ApiProblem PreconditionFailed(string detail) => new(412, ErrorCode.PreconditionFailed, detail);

    public static ApiProblem PreconditionRequired(string detail) => new(428, ErrorCode.PreconditionRequired, detail);

    public static ApiProblem BodyTooLarge() =>
        new(413, ErrorCode.BodyTooLarge, $"A body may have at most {Limits.MaxBodyBytes} bytes.");

    public static ApiProblem UnsupportedMediaType() =>
        new(415, ErrorCode.UnsupportedMediaType, "Send application/json in UTF-8, without a content encoding.");

    public static ApiProblem Invalid(IReadOnlyDictionary<string, IReadOnlyList<string>> errors) =>
        new(422, ErrorCode.ValidationFailed, "Some fields break rules.", errors);

    public static ApiProblem TooManyRequests(TimeSpan retryAfter) =>
        new(429, ErrorCode.TooManyRequests, "Too many requests; wait as Retry-After says.") { RetryAfter = retryAfter };

    public static ApiProblem PendingLimitReached(string detail) =>
        new(429, ErrorCode.PendingLimitReached, detail) { RetryAfter = TimeSpan.FromSeconds(30) };

    public static ApiProblem Unavailable() =>
        new(503, ErrorCode.Unavailable, "A part of the system did not answer in time, so the outcome is unknown. Send the request again, or read to see.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    /// <summary>For answers that the framework makes without a body.</summary>
    public static ApiProblem OfStatus(int status) => status switch
    {
        401 => new(401, ErrorCode.Unauthenticated, "Send a valid bearer token."),
        403 => new(403, ErrorCode.Forbidden, "This needs a role that you don't have."),
        404 => NotFound("There is nothing here."),
        405 => new(405, ErrorCode.MethodNotAllowed, "This resource does not take that method; see Allow."),
        413 => BodyTooLarge(),
        415 => UnsupportedMediaType(),
        429 => TooManyRequests(TimeSpan.FromSeconds(1)),
        503 or 504 => Unavailable(),
        < 500 => new(status, ErrorCode.BadRequest, "The request cannot be read."),
        _ => new(status, ErrorCode.InternalError, "A fault of ours; the traceId finds it in the logs."),
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _status;
        response.ContentType = ContentType;
        response.Headers[CodeHeader] = _code;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(ToContract(httpContext), ContractsJson.Default.Problem);
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, 0, body.Length, httpContext.RequestAborted);
    }

    private Problem ToContract(HttpContext context) => new()
    {
        Type = TypePrefix + _code,
        Title = Title(_status),
        Status = _status,
        Detail = _detail,
        Code = _code,
        TraceId = TraceIdOf(context),
        Errors = _errors,
    };

    /// <summary>The W3C trace id where one is kept, otherwise the connection's own.</summary>
    public static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    private static string Title(int status) => status switch
    {
        400 => "Bad request",
        401 => "Not authenticated",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        408 => "Request timeout",
        409 => "Conflict",
        412 => "Precondition failed",
        413 => "Body too large",
        415 => "Unsupported media type",
        422 => "Validation failed",
        428 => "Precondition required",
        429 => "Too many requests",
        503 => "Unavailable",
        _ => status < 500 ? "Bad request" : "Internal error",
    };

    private static Dictionary<string, IReadOnlyList<string>> One(string field, string rule) => new(1) { [field] = [rule] };
}
