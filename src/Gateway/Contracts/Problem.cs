namespace Gateway.Contracts;

/// <summary>RFC 9457 <c>application/problem+json</c>: the body of every answer of 400 and above.</summary>
public sealed record Problem
{
    /// <summary>A URI reference for the code.</summary>
    public required string Type { get; init; }
    public required string Title { get; init; }
    public required int Status { get; init; }

    /// <summary>For people: what is wrong and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>A stable code; also in the header x-ms-error-code.</summary>
    public required string Code { get; init; }

    /// <summary>Finds the request in the server's logs.</summary>
    public required string TraceId { get; init; }

    /// <summary>By field, every rule that it breaks.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }
}

/// <summary>Stable codes of <see cref="Problem"/>: programs branch on these, never on text.</summary>
public static class ErrorCode
{
    /// <summary>400: not JSON, not UTF-8, too deep, an unknown or repeated field, or a value of the wrong type.</summary>
    public const string InvalidJson = "InvalidJson";

    /// <summary>400: a header, query parameter or part of the path breaks a rule.</summary>
    public const string InvalidParameter = "InvalidParameter";

    /// <summary>400: the continuation token is not one of ours.</summary>
    public const string InvalidContinuationToken = "InvalidContinuationToken";

    /// <summary>400: the server does not answer under this host name.</summary>
    public const string HostNotAllowed = "HostNotAllowed";

    /// <summary>400: a request that the server cannot read.</summary>
    public const string BadRequest = "BadRequest";

    /// <summary>401: no valid token.</summary>
    public const string Unauthenticated = "Unauthenticated";

    /// <summary>403: the caller lacks the role.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>404: no such thing, or none that the caller may know of.</summary>
    public const string NotFound = "NotFound";

    /// <summary>405.</summary>
    public const string MethodNotAllowed = "MethodNotAllowed";

    /// <summary>409: this Idempotency-Key was used with another body.</summary>
    public const string IdempotencyKeyReused = "IdempotencyKeyReused";

    /// <summary>409: the thing is in a state that does not allow it.</summary>
    public const string Conflict = "Conflict";

    /// <summary>412: the ETag given is not the present one.</summary>
    public const string PreconditionFailed = "PreconditionFailed";

    /// <summary>413: the body is larger than 256 KiB.</summary>
    public const string BodyTooLarge = "BodyTooLarge";

    /// <summary>415: the body is not application/json.</summary>
    public const string UnsupportedMediaType = "UnsupportedMediaType";

    /// <summary>422: fields break rules; see errors.</summary>
    public const string ValidationFailed = "ValidationFailed";

    /// <summary>428: say which version you mean with If-Match.</summary>
    public const string PreconditionRequired = "PreconditionRequired";

    /// <summary>429: too many requests; wait as Retry-After says.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>429: as many jobs of this tenant wait as may.</summary>
    public const string PendingLimitReached = "PendingLimitReached";

    /// <summary>500: a fault of ours; the traceId finds it in the logs.</summary>
    public const string InternalError = "InternalError";

    /// <summary>503: a part of the system did not answer; the outcome is unknown and the request may be sent again.</summary>
    public const string Unavailable = "Unavailable";
}
