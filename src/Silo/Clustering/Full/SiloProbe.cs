using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Silo.Clustering;

/// <summary>Answers, on the silo that is asked: proof that calls are taken, scheduled and answered there.</summary>
[Alias("Silo.Clustering.ISiloProbe")]
public interface ISiloProbe : IGrainWithIntegerKey
{
    Task Answer();
}

[StatelessWorker(1)]
internal sealed class SiloProbe : Grain, ISiloProbe
{
    public Task Answer() => Task.CompletedTask;
}

/// <summary>Of a process with a silo: it is an active member, its lease holds, and a grain on it answers.</summary>
internal sealed class MemberHealth(ISiloStatusOracle silos, IGrainFactory grains, TimeProvider time, IServiceProvider services) : ISiloHealth
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    public int Silos => Math.Max(1, silos.GetApproximateSiloStatuses(onlyActive: true).Count);

    /// <summary>The one with the lowest address.</summary>
    public bool DoesChores => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Min()?.Equals(silos.SiloAddress) ?? false;

    public async Task<string?> Fault(CancellationToken cancellationToken)
    {
        if (services.GetService<MembershipLease>()?.Fault is { } fault)
            return fault;
        if (silos.CurrentStatus != SiloStatus.Active)
            return $"the silo is {silos.CurrentStatus}";
        try
        {
            await grains.GetGrain<ISiloProbe>(0).Answer().WaitAsync(AnswerWithin, time, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return $"no grain answers here: {e.Message}";
        }
    }
}

/// <summary>Of a client: some silo answers.</summary>
internal sealed class ClientHealth(IGrainFactory grains, TimeProvider time) : ISiloHealth
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    public int Silos => 1;

    public bool DoesChores => false;

    public async Task<string?> Fault(CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<ISiloProbe>(0).Answer().WaitAsync(AnswerWithin, time, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return $"no silo answers: {e.Message}";
        }
    }
}
