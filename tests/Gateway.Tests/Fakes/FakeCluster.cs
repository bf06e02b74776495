using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Grains;
using Grains.Clusters;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Grains.WhatIf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Scheduling.Model;

namespace Gateway.Tests.Fakes;

/// <summary>Everything behind the API, in memory and in plain sight: tests set it up, break it, and look at what reached it.</summary>
internal sealed class FakeCluster
{
    public ConcurrentDictionary<string, FakeJob> Jobs { get; } = new();

    public ConcurrentDictionary<string, FakePool> Pools { get; } = new();

    public ConcurrentDictionary<string, FakeHistory> Histories { get; } = new();

    public ConcurrentDictionary<string, FakeNode> Nodes { get; } = new();

    public ConcurrentDictionary<string, FakeQuota> Quotas { get; } = new();

    public ConcurrentDictionary<string, RackView> Racks { get; } = new();

    public FakeWhatIf WhatIf { get; } = new();

    public FakeDirectory Directory { get; }

    public FakeJobIndex Index { get; }

    public FakeJournals Journals { get; } = new();

    /// <summary>Called before every grain call with interface, key and method; may throw, or hold the call.</summary>
    public Func<string, string, string, Task>? Before { get; set; }

    /// <summary>Every call that got through, as "interface/key/method".</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public FakeCluster(params string[] pools)
    {
        Directory = new FakeDirectory(this);
        Index = new FakeJobIndex(this);
        foreach (var pool in pools)
            AddPool(pool);
    }

    public FakePool AddPool(string name)
    {
        Directory.Pools = Directory.Pools.Add(new PoolId(name));
        return Pools.GetOrAdd(name, n => new FakePool(this, n));
    }

    public void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(GrainFactoryProxy.Over(this));
        builder.Services.AddSingleton<IJobIndex>(Index);
        builder.Services.AddSingleton<IJournalStore>(Journals);
    }

    internal object Grain(Type type, string key)
    {
        object grain = type.Name switch
        {
            nameof(IJobGrain) => Jobs.GetOrAdd(key, k => new FakeJob(this, k)),
            nameof(IPoolGrain) => Pools.GetOrAdd(key, k => new FakePool(this, k)),
            nameof(IWhatIfGrain) => WhatIf,
            nameof(IPoolHistoryGrain) => Histories.GetOrAdd(key, k => new FakeHistory()),
            nameof(INodeGrain) => Nodes.GetOrAdd(key, k => new FakeNode()),
            nameof(IQuotaGrain) => Quotas.GetOrAdd(key, k => new FakeQuota(k)),
            nameof(IRackGrain) => FakeRack.Over(this, key),
            nameof(IDirectoryGrain) => Directory,
            _ => throw new InvalidOperationException($"No fake for {type}"),
        };
        return GrainProxy.Over(type, key, grain, this);
    }
}

/// <summary>The one method of the factory that the gateway uses, whatever else the real interface has.</summary>
internal class GrainFactoryProxy : DispatchProxy
{
    private FakeCluster _cluster = null!;

    public static IGrainFactory Over(FakeCluster cluster)
    {
        var proxy = Create<IGrainFactory, GrainFactoryProxy>();
        ((GrainFactoryProxy)(object)proxy)._cluster = cluster;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod is { Name: "GetGrain", IsGenericMethod: true } && args![0] is string key
            ? _cluster.Grain(targetMethod.GetGenericArguments()[0], key)
            : throw new NotSupportedException(targetMethod?.ToString());
}

/// <summary>Lets tests hold, break and count calls to any fake.</summary>
internal class GrainProxy : DispatchProxy
{
    private object _target = null!;
    private FakeCluster _cluster = null!;
    private string _type = "";
    private string _key = "";

    public static object Over(Type type, string key, object target, FakeCluster cluster)
    {
        var proxy = (GrainProxy)Create(type, typeof(GrainProxy));
        (proxy._target, proxy._cluster, proxy._type, proxy._key) = (target, cluster, type.Name, key);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var name = targetMethod!.Name;
        if (_cluster.Before is not { } before)
        {
            _cluster.Calls.Enqueue($"{_type}/{_key}/{name}");
            return targetMethod.Invoke(_target, args);
        }

        return targetMethod.ReturnType.IsGenericType
            ? typeof(GrainProxy).GetMethod(nameof(After), BindingFlags.NonPublic | BindingFlags.Instance)!
                .MakeGenericMethod(targetMethod.ReturnType.GetGenericArguments()[0]).Invoke(this, [before, targetMethod, args])
            : AfterVoid(before, targetMethod, args);
    }

    private async Task<T> After<T>(Func<string, string, string, Task> before, MethodInfo method, object?[]? args)
    {
        await before(_type, _key, method.Name);
        _cluster.Calls.Enqueue($"{_type}/{_key}/{method.Name}");
        return await (Task<T>)method.Invoke(_target, args)!;
    }

    private async Task AfterVoid(Func<string, string, string, Task> before, MethodInfo method, object?[]? args)
    {
        await before(_type, _key, method.Name);
        _cluster.Calls.Enqueue($"{_type}/{_key}/{method.Name}");
        await (Task)method.Invoke(_target, args)!;
    }
}

internal sealed class FakeDirectory(FakeCluster cluster) : IDirectoryGrain
{
    public ImmutableArray<PoolId> Pools { get; set; } = [];

    public Task<DirectoryView> GetView() => Task.FromResult(new DirectoryView { Pools = Pools, Cohorts = [.. cluster.Quotas.Where(q => q.Value.Exists).Select(q => q.Key).Order()] });

    public Task AddPool(PoolId pool) => throw new NotSupportedException();

    public Task AddCohort(string cohort) => throw new NotSupportedException();
}

internal sealed class FakeJournals : IJournalStore
{
    /// <summary>Set to break storage.</summary>
    public Exception? Fault { get; set; }

    public int Snapshots { get; private set; }

    public Task<JournalContents> Read(string stream, CancellationToken cancellationToken = default) =>
        Fault is { } fault ? Task.FromException<JournalContents>(fault) : Task.FromResult(new JournalContents(null, 0, []));

    public Task Append(string stream, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task WriteSnapshot(string stream, long position, ReadOnlyMemory<byte> snapshot, JournalKeep? keep = null, CancellationToken cancellationToken = default)
    {
        Snapshots++;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<JournalSegment>> ListHistory(string stream, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<byte[]?> ReadSnapshot(string stream, long position, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<byte[]>> ReadEntries(string stream, long after, int most, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
