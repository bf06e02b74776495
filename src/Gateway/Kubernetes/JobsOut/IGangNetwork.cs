using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>How the workers of a gang find each other. Every call may be made again; what is there already, or gone already, is Done.</summary>
internal interface IGangNetwork
{
    /// <summary>Before any of its pods is made.</summary>
    Task<ClusterAnswer<bool>> Ensure(JobId job, JobSpec spec, CancellationToken cancellationToken);

    /// <summary>After the job has ended, for good, and none of its pods is left.</summary>
    Task<ClusterAnswer<bool>> Remove(JobId job, JobSpec spec, CancellationToken cancellationToken);
}
