using System.Collections.Immutable;
using Grains.Clusters;
using Grains.Quotas;
using Grains.Tests.Support;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Tests.Quotas;

/// <summary>One quota tree, "main"; pools scripted.</summary>
internal sealed class QuotaFixture : IDisposable
{
    public static readonly Caller Admin = new() { Tenant = null, User = "root", Roles = CallerRoles.Admin };
    public static readonly Caller Operator = new() { Tenant = null, User = "op", Roles = CallerRoles.Operator };
    public static readonly Caller Red = new() { Tenant = new TenantId("red"), User = "ann", Roles = CallerRoles.Reader | CallerRoles.Submitter };
    public static readonly Caller Blue = new() { Tenant = new TenantId("blue"), User = "bob", Roles = CallerRoles.Reader | CallerRoles.Submitter };
    public static readonly Caller Nobody = new() { Tenant = null, User = "x", Roles = CallerRoles.None };

    /// <summary>"pool: paths" for each time a pool was told of room.</summary>
    public List<string> Told { get; } = [];

    public QuotaFixture(int seed = 1, int silos = 1)
    {
        Host = new GrainHost(seed, silos);
        Host.Peers.On("IPoolGrain.QuotaFreed", (pool, args) =>
        {
            Told.Add($"{pool}: {string.Join(' ', (ImmutableArray<QuotaPath>)args[0]!)}");
            return null;
        });
    }

    public GrainHost Host { get; }

    public IQuotaGrain Tree => Host.Grain<IQuotaGrain>("main");

    public IDirectoryGrain Directory => Host.Grain<IDirectoryGrain>(IDirectoryGrain.Key);

    public static QuotaCharge ChargeOf(string job, string path, long gpuMilli, long plan = 1) => new()
    {
        Attempt = new AttemptId(new JobId(job), 1), Path = new QuotaPath(path), Amounts = [new ResourceAmount("gpu", gpuMilli)], Plan = plan,
    };

    public static PlanRef Plan(string job, long plan = 1) => new(new AttemptId(new JobId(job), 1), plan);

    public static QuotaSpec Limit(long gpuMilli) => new() { Limit = [new ResourceAmount("gpu", gpuMilli)] };

    public ImmutableArray<QuotaRefusal?> Charge(string pool, params QuotaCharge[] charges) =>
        Host.Ask(() => Tree.Charge(new ChargeBatch { Pool = new PoolId(pool), Charges = [.. charges] })).Refusals;

    public ChargeAnswer Ask(string pool, long knownVersion, params QuotaCharge[] charges) =>
        Host.Ask(() => Tree.Charge(new ChargeBatch { Pool = new PoolId(pool), Charges = [.. charges], KnownVersion = knownVersion }));

    public static QuotaSpec Nominal(long gpuMilli) => new() { Nominal = [new ResourceAmount("gpu", gpuMilli)] };

    public void Refund(params PlanRef[] plans) => Host.Do(() => Tree.Refund([.. plans]));

    public Answer Set(string path, QuotaSpec spec, long version, Caller? caller = null) =>
        Host.Ask(() => Tree.SetQuota(caller ?? Admin, new QuotaPath(path), spec, version));

    public QuotaTreeView? See(string path, Caller? caller = null) => Host.Ask(() => Tree.GetTree(caller ?? Admin, new QuotaPath(path)));

    public string Text() => string.Join('\n', See("main")!.Levels.Select(l => $"{l.Path} {string.Join(',', l.Used)} {l.Charges} {string.Join(',', l.Spec.Limit)}"))
        + $"\nv{See("main")!.Version}";

    public void Dispose() => Host.Dispose();
}
