using Gateway.Backends;

namespace Gateway.Hollow;

/// <summary>Hollow nodes: machines that exist in an inventory only, and run workers by waiting.</summary>
public sealed class HollowOptions
{
    /// <summary>
    /// A CSV file (sn,cpu_milli,memory_mib,gpu,model and optionally pool,block,rack,labels,taints,domain,tenants,spares), or
    /// "synthetic:NODESxGPUS[:MODEL][:rack=N][:spares=N][:domains=N]", for example synthetic:7500x8 or synthetic:7500x8:H100:rack=18:spares=2.
    /// </summary>
    public string? Inventory { get; set; }

    /// <summary>The pool of nodes whose row names none. Default "openb".</summary>
    public string Pool { get; set; } = "openb";

    /// <summary>How much faster than the clock workers run: with 60 an hour's job takes a minute. Default 1.</summary>
    public double TimeScale { get; set; } = 1;

    /// <summary>From the assignment to "all workers have started". Default 0.</summary>
    public TimeSpan StartDelay { get; set; }

    /// <summary>From the wish to stop, or a failure, to "no worker is left". Default 0.</summary>
    public TimeSpan StopDelay { get; set; }

    /// <summary>How likely each single worker is to fail in an attempt, 0–1. Default 0.</summary>
    public double FailureProbability { get; set; }

    /// <summary>How many of those failures are the hardware's, 0–1. Default 0: all are the job's own.</summary>
    public double HardwareShare { get; set; }

    /// <summary>From the wish for a checkpoint to "it is saved". Default 1 s.</summary>
    public TimeSpan CheckpointTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Of workers that run until stopped: those that fail do so within this time of the start. Default 10 min.</summary>
    public TimeSpan FailWithin { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Decides who fails and when: the same seed, job and attempt fail alike. Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>A refused or unheard report is sent again after this. Default 1 min.</summary>
    public TimeSpan ReportAgainAfter { get; set; } = TimeSpan.FromMinutes(1);

    public ReconcileOptions Reconcile { get; set; } = new();
}
