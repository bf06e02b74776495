namespace Gateway.Kubernetes;

/// <summary>How fresh a list must be.</summary>
internal enum PodRead
{
    /// <summary>From a cache: cheap, and perhaps old. Good for seeing that there is nothing to do.</summary>
    Cached = 0,

    /// <summary>As things stand now, after everything that was answered before. For whatever is acted on, or said for good.</summary>
    Latest = 1,
}
