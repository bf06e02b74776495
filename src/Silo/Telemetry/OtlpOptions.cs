namespace Silo.Telemetry;

/// <summary>Where traces, metrics and logs are sent by OTLP. Configuration section "Telemetry:Otlp".</summary>
public sealed class OtlpOptions
{
    public const string Section = "Telemetry:Otlp";

    /// <summary>The collector's address, http://collector:4317; null: nothing is sent, and nothing is traced.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Grpc, on port 4317 by custom; or Http, with protobuf, on 4318. Default Grpc.</summary>
    public OtlpTransport Protocol { get; set; } = OtlpTransport.Grpc;

    /// <summary>A file with headers for the collector, "name=value,name=value": for those that want a key.</summary>
    public string? HeadersFile { get; set; }

    /// <summary>Of a thousand requests so many are traced from their beginning; one that comes traced is always. 0–1000. Default 100.</summary>
    public int TracesPerThousand { get; set; } = 100;

    /// <summary>Between two reports of metrics. 1 s – 10 min. Default 15 s.</summary>
    public TimeSpan MetricsEvery { get; set; } = TimeSpan.FromSeconds(15);

    public bool Traces { get; set; } = true;

    public bool Metrics { get; set; } = true;

    public bool Logs { get; set; } = true;

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    public IEnumerable<string> Errors()
    {
        if (Endpoint is null)
            yield break;
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https"))
            yield return $"{Section}:Endpoint is \"{Endpoint}\"; it is an http or https address.";
        if (!Enum.IsDefined(Protocol))
            yield return $"{Section}:Protocol is {Protocol}; it is one of {string.Join(", ", Enum.GetNames<OtlpTransport>())}.";
        if (TracesPerThousand is < 0 or > 1000)
            yield return $"{Section}:TracesPerThousand is {TracesPerThousand}; it is from 0 to 1000.";
        if (MetricsEvery < TimeSpan.FromSeconds(1) || MetricsEvery > TimeSpan.FromMinutes(10))
            yield return $"{Section}:MetricsEvery is {MetricsEvery}; it is from 1 second to 10 minutes.";
        if (HeadersFile is { } file && !File.Exists(file))
            yield return $"{Section}:HeadersFile is {file}, which is not there.";
    }
}

public enum OtlpTransport
{
    Grpc = 0,
    Http = 1,
}
