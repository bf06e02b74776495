using Gateway.Contracts;

namespace Gateway.Hosting;

/// <summary>The section "Gateway" of the configuration.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>The quota tree of jobs that name none. "default".</summary>
    public string Cohort { get; set; } = "default";

    /// <summary>Workers of one gang. 100,000.</summary>
    public int MaxWorkersPerGang { get; set; } = Limits.MaxWorkersPerGang;

    /// <summary>Jobs of one tenant that may wait in one pool. 200,000.</summary>
    public int PendingJobsPerTenant { get; set; } = 200_000;

    /// <summary>Jobs of one tenant that have not ended, running or waiting for whatever, in all pools. 500,000.</summary>
    public int LiveJobsPerTenant { get; set; } = 500_000;

    /// <summary>Where the grains are. Beside: in a silo of this process.</summary>
    public SiloSite Silo { get; set; } = SiloSite.Beside;

    /// <summary>
    /// Of a gateway without a silo: after this a grain call is given up, whose silo may have died; longer than any call that waits for news. 20 s.
    /// </summary>
    public TimeSpan ClientTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one try of a grain call may take. 5 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a repeatable grain call may take with all its tries. 15 s.</summary>
    public TimeSpan CallBudget { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a repeatable grain call is tried again. 3.</summary>
    public int CallRetries { get; set; } = 3;

    /// <summary>How long a request may take, event streams excepted. 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests per second of one tenant, in the long run. 20,000.</summary>
    public int RequestsPerSecond { get; set; } = 20_000;

    /// <summary>Requests that one tenant may send at once after a pause. 40,000.</summary>
    public int RequestBurst { get; set; } = 40_000;

    /// <summary>Requests in progress, event streams excepted. 4,000.</summary>
    public int ConcurrentRequests { get; set; } = 4_000;

    /// <summary>Event streams open at once. 1,000.</summary>
    public int Streams { get; set; } = 1_000;

    /// <summary>How long an event stream lives before its client must come back. 1 h.</summary>
    public TimeSpan StreamDuration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The longest silence in an event stream. 10 s.</summary>
    public TimeSpan StreamHeartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How clients reach this server, where a proxy stands in front: the start of nextLink. None: as the request came.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>One JSON object per line on the console instead of plain lines. Off.</summary>
    public bool JsonLogs { get; set; }

    /// <summary>Lets /metrics be read without a token, for scrapers on a closed network. Off.</summary>
    public bool AnonymousMetrics { get; set; }

    /// <summary>How long a shutdown waits for requests in progress. 10 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
