using System.Collections.Immutable;
using Grains;
using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Jobs of pods, as their grains have them.</summary>
internal interface IGuestGrains
{
    /// <summary>Idempotent: a job that exists is answered as it is, whatever it was made of.</summary>
    Task<SubmitAnswer> Submit(JobId job, JobSpec spec);

    /// <summary>Null: there is none.</summary>
    Task<JobView?> Find(JobId job);

    Task<Answer> Cancel(JobId job, string reason);
}

/// <inheritdoc cref="IGuestGrains"/>
internal sealed class GuestGrains(IGrainFactory grains, string user) : IGuestGrains
{
    /// <summary>Serves every tenant's pods, and only makes and ends jobs of them.</summary>
    private readonly Caller _caller = new() { Tenant = null, User = user, Roles = CallerRoles.Admin };

    // The id says all that there is to compare: one body for ever.
    public Task<SubmitAnswer> Submit(JobId job, JobSpec spec) => Grain(job).Submit(new SubmitJob { Caller = _caller, Spec = spec, BodyHash = job.Value });

    public Task<JobView?> Find(JobId job) => Grain(job).Get(_caller);

    public Task<Answer> Cancel(JobId job, string reason) => Grain(job).Cancel(_caller, reason);

    private IJobGrain Grain(JobId job) => grains.GetGrain<IJobGrain>(job.Value);
}
