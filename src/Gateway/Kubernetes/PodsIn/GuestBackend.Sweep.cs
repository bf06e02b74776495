using Gateway.Backends;
using Gateway.Leadership;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <content>Finds pods that run for an attempt that is over.</content>
internal sealed partial class GuestBackend
{
    /// <summary>Only a binding that arrived very late leaves one. It is deleted once its job says that the attempt is over, which stays so for ever.</summary>
    internal async Task Sweep(Func<AttemptId, bool> isKnown, CancellationToken cancellationToken)
    {
        var epoch = _leader.MustLead();
        foreach (var left in _store.All.Where(p => p is { IsAlive: true, IsLeaving: false, BoundFor: not null } && p.Epoch <= epoch).OrderBy(p => p.Uid, StringComparer.Ordinal).GroupBy(p => p.BoundFor!.Value).ToList())
        {
            if (isKnown(left.Key) || !await _feed.IsOver(left.Key).WaitAsync(_options.CallTimeout, _time, cancellationToken))
            {
                continue;
            }

            GuestLog.Swept(_logger, left.Key, left.Count());
            await Bounded.ForEach(left.ToList(), _options.CallsAtOnce, async pod =>
            {
                _leader.MustStillLead(epoch);
                await Call(token => _cluster.Delete(pod, token), cancellationToken);
            }, cancellationToken);
        }
    }

    private async Task SweepOnce(Func<AttemptId, bool> isKnown, CancellationToken cancellationToken)
    {
        try
        {
            await Sweep(isKnown, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is over.
        }
#pragma warning disable CA1031 // Whatever broke, it is tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            KubernetesLog.SweepFailed(_logger, e, _cluster.Name, _options.SweepEvery);
        }
    }
}
