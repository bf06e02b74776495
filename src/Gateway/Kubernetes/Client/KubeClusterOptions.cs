namespace Gateway.Kubernetes.Client;

/// <summary>Our own pods in a cluster.</summary>
internal sealed class KubeClusterOptions
{
    /// <summary>What our pods name as their scheduler, so that no other takes them. Default "orleans-scheduler".</summary>
    public string SchedulerName { get; set; } = "orleans-scheduler";

    /// <summary>Changes that can still be watched by one who is slow. Default 65,536.</summary>
    public int NewsKept { get; set; } = 65_536;

    /// <summary>A watch without news answers so after this. Default 20 s.</summary>
    public TimeSpan NewsWait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Pods per page when a job's are listed. Default 500.</summary>
    public int PageSize { get; set; } = 500;
}
