using System.Net;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Silo;
using Silo.Clustering;

namespace Cluster.Tests.Clustering;

public sealed class MembershipLeaseTests
{
    private readonly SetTime _time = new();

    [Fact]
    public void What_silos_say_to_each_other_is_let_through_while_calls_of_grains_are_not()
    {
        Assert.True(LeaseFilter.IsOurs(typeof(IPoolGrain).GetMethod(nameof(IPoolGrain.GetView))));
        Assert.False(LeaseFilter.IsOurs(typeof(IManagementGrain).GetMethods()[0]));
        Assert.False(LeaseFilter.IsOurs(typeof(ISiloProbe).GetMethod(nameof(ISiloProbe.Answer))));
        Assert.False(LeaseFilter.IsOurs(null));
    }

    [Fact]
    public async Task A_silo_is_fenced_once_its_row_could_not_be_read_for_so_long_and_not_because_its_start_took_long()
    {
        var table = new UnreadableTable();
        using var lease = new MembershipLease(
            table, new Details(), Options.Create(new SiloOptions()), _time, new Lifetime(), NullLogger<MembershipLease>.Instance);
        _time.Passed = TimeSpan.FromMinutes(1);
        Assert.Null(lease.Fault);

        await lease.StartAsync(TestContext.Current.CancellationToken);
        await table.Asked;
        Assert.Null(lease.Fault);
        _time.Passed += TimeSpan.FromSeconds(9);
        Assert.Null(lease.Fault);
        _time.Passed += TimeSpan.FromSeconds(1);
        Assert.Equal("its membership was not renewed for 10.0 s", lease.Fault);
        await lease.StopAsync(TestContext.Current.CancellationToken);
    }

    private sealed class SetTime : TimeProvider
    {
        private long _ticks;

        public TimeSpan Passed
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
            set => Interlocked.Exchange(ref _ticks, value.Ticks);
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
    }

    private sealed class Details : ILocalSiloDetails
    {
        public string Name => "silo";

        public string ClusterId => "c";

        public string DnsHostName => "host";

        public SiloAddress SiloAddress => SiloAddress.New(IPAddress.Loopback, 11111, 1);

        public SiloAddress GatewayAddress => SiloAddress;
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }

    private sealed class UnreadableTable : ISiloTable
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public Task<SiloStatus?> StatusOf(SiloAddress silo, CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            throw new StorageException("it is away");
        }

        public Task InitializeMembershipTable(bool tryInitTableVersion) => throw new NotSupportedException();

        public Task DeleteMembershipTableEntries(string clusterId) => throw new NotSupportedException();

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => throw new NotSupportedException();

        public Task<MembershipTableData> ReadRow(SiloAddress key) => throw new NotSupportedException();

        public Task<MembershipTableData> ReadAll() => throw new NotSupportedException();

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => throw new NotSupportedException();

        public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => throw new NotSupportedException();

        public Task UpdateIAmAlive(MembershipEntry entry) => throw new NotSupportedException();
    }
}
