using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Gateway.Kubernetes.Watching;
using k8s;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.Client;

/// <summary>
/// Our pods in a real cluster. Lists for looking come from the informer, lists to act on from the server, without a version, so that they hold all
/// that was answered before. Every write names the UID and version that were read; what was read is one of this leader's pods or is made so in the
/// same write.
/// </summary>
internal sealed class KubeCluster : IPodCluster, IDisposable
{
    private readonly KubeApi _api;
    private readonly PodBinder _binder;
    private readonly IPodBuilder _builder;
    private readonly KubeClusterOptions _options;
    private readonly TimeProvider _time;
    private readonly OwnPods _own;
    private readonly BindingEchoes _echoes;

    /// <summary>Read from the server, and perhaps not seen by the informer yet. Those that are bound or gone leave.</summary>
    private readonly ConcurrentDictionary<string, PodView> _fresh = new();

    /// <param name="pods">The cluster's pods; not running yet.</param>
    public KubeCluster(KubeApi api, IInformer<V1Pod> pods, PodBinder binder, IPodBuilder builder, KubeClusterOptions options, TimeProvider time)
    {
        (_api, _binder, _builder, _options, _time) = (api, binder, builder, options, time);
        var view = pods.View(PodViews.Of);
        _own = new OwnPods(view, options.NewsKept);
        _echoes = new BindingEchoes(time);
        view.Subscribe(Saw);
    }

    public string Name => _api.Name;

    public async Task<ClusterAnswer<PodPage>> List(JobId job, PodRead read, CancellationToken cancellationToken) =>
        read == PodRead.Cached && _own.HasSynced ? new ClusterAnswer<PodPage>.Done(_own.Of(job)) : await ListLatest(job, cancellationToken);

    /// <summary>From the informer, in one page: whatever is done about what is seen here is conditional on it.</summary>
    public async Task<ClusterAnswer<PodPage>> ListAll(string? from, CancellationToken cancellationToken)
    {
        await _own.WhenSynced.WaitAsync(cancellationToken);
        return new ClusterAnswer<PodPage>.Done(_own.All());
    }

    public async Task<ClusterAnswer<PodNews>> Watch(string version, CancellationToken cancellationToken) =>
        await _own.After(version, _options.NewsWait, _time, cancellationToken) is { } news
            ? new ClusterAnswer<PodNews>.Done(news)
            : new ClusterAnswer<PodNews>.Conflict("too much has changed since");

    public async Task<ClusterAnswer<PodView>> Create(PodOrder order, CancellationToken cancellationToken)
    {
        var @namespace = _builder.NamespaceOf(order);
        var body = PodViews.Mark(_builder.Build(order), order, @namespace, _options.SchedulerName);
        return Seen(await _api.Write((client, token) => client.CoreV1.CreateNamespacedPodAsync(body, @namespace, cancellationToken: token), cancellationToken));
    }

    public async Task<ClusterAnswer<PodView>> Bind(PodRef pod, NodeId node, long epoch, CancellationToken cancellationToken)
    {
        var annotations = new Dictionary<string, string> { [PodMarks.Epoch] = Text(epoch) };
        switch (await _binder.Bind(pod.Namespace, pod.Name, pod.Uid, pod.Version, node.Value, annotations, cancellationToken, new Echo(this, pod)))
        {
            case ClusterAnswer<V1Pod?>.Done { Value: null } when Known(pod) is { } known:
                _fresh.TryRemove(pod.Uid, out _);
                return new ClusterAnswer<PodView>.Done(known with { Node = node, Epoch = epoch });
            case ClusterAnswer<V1Pod?>.Done { Value: null }:
                return Seen(await _api.ReadPod(pod.Namespace, pod.Name, cancellationToken));
            case var other:
                return Seen(other.Map(p => p!));
        }
    }

    public Task<ClusterAnswer<PodView>> Mark(PodRef pod, DateTimeOffset? checkpointBy, long epoch, CancellationToken cancellationToken) => Annotate(
        pod, new PodAnnotations { [PodMarks.Epoch] = Text(epoch), [PodMarks.CheckpointBy] = checkpointBy?.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) },
        cancellationToken);

    public async Task<ClusterAnswer<PodView>> Delete(PodRef pod, TimeSpan grace, long epoch, CancellationToken cancellationToken)
    {
        // A deletion cannot carry an epoch: a pod that another leader acted on last is taken over first, so that this one acts no more.
        if (Known(pod) is not { } known || known.Epoch != epoch)
        {
            var taken = await Annotate(pod, new PodAnnotations { [PodMarks.Epoch] = Text(epoch) }, cancellationToken);
            if (taken is not ClusterAnswer<PodView>.Done { Value: var now })
            {
                return taken;
            }

            (pod, known) = (now.Ref, now);
        }

        var options = new V1DeleteOptions { GracePeriodSeconds = (long)Math.Ceiling(grace.TotalSeconds), Preconditions = new V1Preconditions { Uid = pod.Uid, ResourceVersion = pod.Version } };
        var answer = await _api.Write((client, token) => client.CoreV1.DeleteNamespacedPodAsync(pod.Name, pod.Namespace, options, cancellationToken: token), cancellationToken);
        if (answer is ClusterAnswer<V1Pod>.Done)
        {
            _fresh.TryRemove(pod.Uid, out _);
        }

        return answer.Map(deleted => (deleted.Metadata?.Uid == pod.Uid ? PodViews.Of(deleted) : null) ?? known with { IsLeaving = true });
    }

    public void Dispose() => _own.Dispose();

    private void Saw(ObjectChange<PodView> change)
    {
        _fresh.TryRemove((change.Now ?? change.Before)!.Uid, out _);
        if (change.Now is { Node: { } node } bound)
        {
            _echoes.Saw(bound.Uid, node.Value);
        }
    }

    private async Task<ClusterAnswer<PodPage>> ListLatest(JobId job, CancellationToken cancellationToken)
    {
        var pods = ImmutableArray.CreateBuilder<PodView>();
        string? from = null;
        do
        {
            var page = from;
            var answer = await _api.Read(
                (client, token) => client.CoreV1.ListPodForAllNamespacesAsync(
                    labelSelector: $"{PodMarks.Job}={job.Value}", limit: _options.PageSize, continueParameter: page, cancellationToken: token),
                cancellationToken);
            if (answer is not ClusterAnswer<V1PodList>.Done { Value: var list })
            {
                return answer.Map<PodPage>(_ => throw new InvalidOperationException("it has an answer"));
            }

            foreach (var view in list.Items.Select(PodViews.Of).OfType<PodView>())
            {
                Remember(view);
                pods.Add(view);
            }

            from = list.Continue() is { Length: > 0 } more ? more : null;
        }
        while (from is not null);

        return new ClusterAnswer<PodPage>.Done(new PodPage { Pods = pods.ToImmutable(), Version = _own.Of(job).Version });
    }

    private async Task<ClusterAnswer<PodView>> Annotate(PodRef pod, PodAnnotations annotations, CancellationToken cancellationToken)
    {
        var patch = new V1Patch(annotations.Patch(pod), V1Patch.PatchType.MergePatch);
        return Seen(await _api.Write((client, token) => client.CoreV1.PatchNamespacedPodAsync(patch, pod.Name, pod.Namespace, cancellationToken: token), cancellationToken));
    }

    private ClusterAnswer<PodView> Seen(ClusterAnswer<V1Pod> answer)
    {
        if (answer is not ClusterAnswer<V1Pod>.Done { Value: var pod })
        {
            return answer.Map<PodView>(_ => throw new InvalidOperationException("it has an answer"));
        }

        if (PodViews.Of(pod) is not { } view)
        {
            return new ClusterAnswer<PodView>.Refused($"{pod.Name()} is no pod of ours (any more): somebody changed what says which worker it is");
        }

        Remember(view);
        return new ClusterAnswer<PodView>.Done(view);
    }

    private void Remember(PodView view)
    {
        if (view.Node is null && !view.IsLeaving)
        {
            _fresh[view.Uid] = view;
        }
    }

    /// <summary>As it was read last, if it is the version that is meant.</summary>
    private PodView? Known(PodRef pod) =>
        _fresh.TryGetValue(pod.Uid, out var fresh) && fresh.Version == pod.Version ? fresh : _own.Find(pod) is { } known && known.Version == pod.Version ? known : null;

    private static string Text(long epoch) => epoch.ToString(CultureInfo.InvariantCulture);

    private sealed class Echo(KubeCluster cluster, PodRef pod) : IBindingEcho
    {
        public Task<string?> NodeOf(string uid, TimeSpan within, CancellationToken cancellationToken) =>
            cluster._echoes.NodeOf(uid, () => cluster._own.Find(pod)?.Node?.Value, within, cancellationToken);
    }
}
