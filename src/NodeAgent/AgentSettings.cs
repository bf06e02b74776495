using System.Globalization;

namespace NodeAgent;

/// <summary>How one machine's agent is set up: SCHED_AGENT_… in its environment.</summary>
internal sealed record AgentSettings
{
    /// <summary>SCHED_AGENT_GATEWAY: https://scheduler.example or http://gateway.orleans-scheduler.svc:8080.</summary>
    public Uri? Gateway { get; init; }

    /// <summary>SCHED_AGENT_KEY_FILE: the key under which is signed, the gateway's Azure:Hooks:AgentKeyFile. Read anew for every message, so that it can be changed.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>SCHED_AGENT_NODE: what the cluster calls this machine; none: its computer name, in small letters.</summary>
    public string? Node { get; init; }

    /// <summary>SCHED_AGENT_IMDS: where the machine's metadata is. http://169.254.169.254.</summary>
    public Uri? Imds { get; init; } = new("http://169.254.169.254/");

    /// <summary>SCHED_AGENT_POLL: between two looks, in seconds. 1, as Azure advises.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>SCHED_AGENT_ASK: between two questions whether the node is drained, in seconds. 5.</summary>
    public TimeSpan Ask { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>SCHED_AGENT_GRACE: an event that the gateway has heard of is let happen after this, drained or not, in seconds. 600.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>SCHED_AGENT_KVP: the file in which Hyper-V's host says who it is. /var/lib/hyperv/.kvp_pool_3; where it is absent, no host is told.</summary>
    public string Kvp { get; init; } = "/var/lib/hyperv/.kvp_pool_3";

    /// <summary>SCHED_AGENT_NVIDIA_SMI: NVIDIA's tool, which is asked for serial numbers. nvidia-smi; where it is absent, none are told.</summary>
    public string NvidiaSmi { get; init; } = "nvidia-smi";

    /// <summary>SCHED_AGENT_HARDWARE: between two looks at the hardware, in seconds. 600.</summary>
    public TimeSpan Hardware { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What cannot be read stands as what no setting may be, and is told by <see cref="Errors"/>.</summary>
    public static AgentSettings From(Func<string, string?> variable)
    {
        var defaults = new AgentSettings();
        return new AgentSettings
        {
            Gateway = Address("GATEWAY") is { } gateway ? gateway.Uri : null,
            KeyFile = variable("SCHED_AGENT_KEY_FILE") ?? "",
            Node = variable("SCHED_AGENT_NODE") is { Length: > 0 } node ? node : null,
            Imds = Address("IMDS") is { } imds ? imds.Uri : defaults.Imds,
            Poll = Seconds("POLL", defaults.Poll),
            Ask = Seconds("ASK", defaults.Ask),
            Grace = Seconds("GRACE", defaults.Grace),
            Kvp = variable("SCHED_AGENT_KVP") is { Length: > 0 } kvp ? kvp : defaults.Kvp,
            NvidiaSmi = variable("SCHED_AGENT_NVIDIA_SMI") is { Length: > 0 } smi ? smi : defaults.NvidiaSmi,
            Hardware = Seconds("HARDWARE", defaults.Hardware),
        };

        (Uri? Uri, bool IsSaid)? Address(string name) => variable($"SCHED_AGENT_{name}") is { Length: > 0 } text
            ? (Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null, true) : null;

        TimeSpan Seconds(string name, TimeSpan otherwise) => variable($"SCHED_AGENT_{name}") is not { Length: > 0 } text ? otherwise
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 86_400 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
    }

    /// <summary>Everything that is wrong, each with what to set.</summary>
    public IEnumerable<string> Errors()
    {
        if (Gateway is null)
        {
            yield return "SCHED_AGENT_GATEWAY must be the gateway's address, http or https";
        }

        if (Imds is null)
        {
            yield return "SCHED_AGENT_IMDS must be an address; without it, http://169.254.169.254 is asked";
        }

        if (KeyFile.Length == 0)
        {
            yield return "SCHED_AGENT_KEY_FILE must name the file with the key under which is signed";
        }

        foreach (var (name, value) in ((string, TimeSpan)[])[("POLL", Poll), ("ASK", Ask), ("GRACE", Grace), ("HARDWARE", Hardware)])
        {
            if (value <= TimeSpan.Zero)
            {
                yield return $"SCHED_AGENT_{name} must be seconds, above 0 and up to 86400";
            }
        }
    }
}
