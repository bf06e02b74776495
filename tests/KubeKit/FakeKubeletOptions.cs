namespace KubeKit;

/// <summary>How a <see cref="FakeKubelet"/> behaves.</summary>
public sealed record FakeKubeletOptions
{
    /// <summary>Only pods of this namespace; null takes all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only nodes that it says yes to; null takes all.</summary>
    public Func<string, bool>? Serves { get; init; }

    /// <summary>From bound to running.</summary>
    public TimeSpan StartsAfter { get; init; }

    /// <summary>Writes under way at once.</summary>
    public int AtOnce { get; init; } = 16;
}
