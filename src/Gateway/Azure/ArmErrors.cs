using System.Globalization;
using Azure;
using Azure.Core;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>Azure's refusals in our words. Codes are those of the reference "resolve deployment and allocation errors" and of what schedulers met.</summary>
internal static class ArmErrors
{
    /// <summary>Where a 429 does not say it.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(15);

    public static CloudAnswer<T> Of<T>(RequestFailedException error) => error.Status switch
    {
        404 => new CloudAnswer<T>.NotFound(),
        412 => new CloudAnswer<T>.Changed(),
        429 => new CloudAnswer<T>.Throttled(WaitOf(error.GetRawResponse()?.Headers)),
        409 when FailureOf(error.ErrorCode, error.Message) is null => new CloudAnswer<T>.Changed(),
        400 when IsUnknownInstance(error) => new CloudAnswer<T>.Changed(),
        >= 400 and < 500 and not 408 => new CloudAnswer<T>.Failed(FailureOf(error.ErrorCode, error.Message) ?? Default(error.Status), Words(error)),
        _ => new CloudAnswer<T>.Unknown(Words(error)),
    };

    /// <summary>Why there were no machines; null: the code says nothing of that.</summary>
    public static ScaleFailure? FailureOf(string? code, string? message) => code switch
    {
        null or "" => null,
        "AllocationFailed" or "ZonalAllocationFailed" or "AllocationTimeout" or "CapacityNotAvailable" => ScaleFailure.Allocation,
        "OverconstrainedAllocationRequest" or "OverconstrainedZonalAllocationRequest" => ScaleFailure.Overconstrained,
        "SkuNotAvailable" or "SkuNotSupported" or "InvalidVMSize" => ScaleFailure.Sku,
        "QuotaExceeded" or "ResourceQuotaExceeded" or "SubscriptionQuotaExceeded" => ScaleFailure.Quota,

        // The same code for other things; only of quota it speaks of one.
        "OperationNotAllowed" when message?.Contains("quota", StringComparison.OrdinalIgnoreCase) == true => ScaleFailure.Quota,
        "AuthorizationFailed" or "LinkedAuthorizationFailed" or "RequestDisallowedByPolicy" or "ReadOnlyDisabledSubscription" or "ScopeLocked" => ScaleFailure.Denied,
        _ => null,
    };

    /// <summary>What a refused request would have to wait for.</summary>
    public static TimeSpan WaitOf(ResponseHeaders? headers) =>
        headers is { } some && some.TryGetValue("Retry-After", out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, s_longestWait.TotalSeconds))
            : DefaultWait;

    private static ScaleFailure Default(int status) => status is 401 or 403 ? ScaleFailure.Denied : ScaleFailure.Other;

    /// <summary>A machine that is to be deleted is not there: the set is to be read again.</summary>
    private static bool IsUnknownInstance(RequestFailedException error) =>
        error.ErrorCode == "InvalidParameter" && error.Message.Contains("is not an active Virtual Machine Scale Set VM instanceId", StringComparison.Ordinal);

    /// <summary>The first line: the SDK adds headers and the whole body.</summary>
    private static string Words(RequestFailedException error) => $"{error.Status} {error.ErrorCode}: {error.Message.Split('\n')[0]}";
}
