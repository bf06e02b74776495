namespace Gateway.Kubernetes;

/// <summary>The cluster wants fewer calls; it says when to come again.</summary>
internal sealed class ThrottledException(TimeSpan retryAfter) : Exception($"too many calls; again in {retryAfter}")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
