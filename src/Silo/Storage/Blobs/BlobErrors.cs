using Azure;
using Azure.Identity;

namespace Silo.Storage.Blobs;

/// <summary>What an answer of Azure Storage means for a conditional write.</summary>
internal static class BlobErrors
{
    /// <summary>Nothing was written, because what stands there is not what was expected.</summary>
    public static bool IsConflict(Exception e) => e is RequestFailedException { Status: 412 or 409 };

    public static bool IsMissing(Exception e) => e is RequestFailedException { Status: 404 };

    /// <summary>The range begins where the blob ends.</summary>
    public static bool IsBehindEnd(Exception e) => e is RequestFailedException { Status: 416 };

    /// <summary>No answer, or one that says nothing of what was done: it may have been.</summary>
    public static bool IsUnknown(Exception e) => e is IOException or TimeoutException or OperationCanceledException or AggregateException or HttpRequestException or AuthenticationFailedException
        || e is RequestFailedException { Status: 0 or 408 or 429 or >= 500 };

    /// <summary>The service says that it did not begin: it is too busy, or nobody listened. Or there was no token to ask it with.</summary>
    public static bool IsSurelyNotDone(Exception e) => e is RequestFailedException { ErrorCode: "ServerBusy" } or RequestFailedException { Status: 429 } or AuthenticationFailedException
        || e is RequestFailedException { InnerException: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } };
}
