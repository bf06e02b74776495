using System.Globalization;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Silo.Storage;
using Silo.Storage.Blobs;

namespace Silo.Clustering;

/// <summary>
/// Which silos there are, in one partition of the table: a row that says how often the membership has changed, and a row for each silo. Every change
/// replaces the first, if it is as it was read, in one transaction with the row that it is about; signs of life are told without. Requests give up early.
/// </summary>
internal sealed class AzureMembership(AzureStoreOptions options, string cluster, TimeProvider time, ILogger<AzureMembership> logger, HttpPipelineTransport? transport = null) : ISiloTable
{
    /// <summary>Sorts before the members: a list that comes in pages has a version that is no newer than any row, and a change that stands on newer rows is refused.</summary>
    private const string VersionKey = "changes";
    private const string MemberKey = "silo ";
    private const string AfterMembers = "silo!";
    private const string Version = "Version";

    /// <summary>Whose change made the version: so that one whose answer was lost is known again.</summary>
    private const string ChangedBy = "ChangedBy";

    private static readonly TimeSpan s_tryTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_againAfter = TimeSpan.FromMilliseconds(100);

    private const int Retries = 2;

    private readonly string _partition = $"cluster {cluster}";
    private readonly Lazy<TableClient> _table = new(() => BlobDatabase.Clients(options, s_tryTimeout, transport, readRetries: 0).Table);

    private readonly ResiliencePipeline _calls = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddTimeout(s_callTimeout)
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Retries,
            Delay = s_againAfter,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = static arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is { } e && BlobErrors.IsUnknown(e) && !arguments.Context.CancellationToken.IsCancellationRequested),
        })
        .Build();

    private TableClient Table => _table.Value;

    public static AzureMembership Of(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SiloOptions>>().Value;
        return new AzureMembership(options.Azure, options.ClusterId, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<AzureMembership>>());
    }

    /// <summary>Waits for the account, as every start does.</summary>
    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        var started = time.GetTimestamp();
        var waits = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = BlobDatabase.RetryEvery,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is { } e && BlobErrors.IsUnknown(e) && time.GetElapsedTime(started) < options.StartWithin),
            OnRetry = arguments =>
            {
                logger.WaitsForDatabase(BlobDatabase.FirstLine(arguments.Outcome.Exception!.Message));
                return ValueTask.CompletedTask;
            },
        }).Build();
        await waits.ExecuteAsync(async token => await Table.CreateIfNotExistsAsync(token));
        if (tryInitTableVersion)
            await waits.ExecuteAsync(async token => await Once(() => Table.AddEntityAsync(VersionRow(0, ""), token)));
    }

    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        var partition = $"cluster {clusterId}";
        await foreach (var row in Table.QueryAsync<TableEntity>(r => r.PartitionKey == partition, select: [nameof(TableEntity.RowKey)]))
            await Table.DeleteEntityAsync(partition, row.RowKey, ETag.All);
    }

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        await foreach (var row in Members())
        {
            if (Entry(row) is { Status: SiloStatus.Dead } entry && Math.Max(entry.IAmAliveTime.Ticks, entry.StartTime.Ticks) < beforeDate.UtcTicks)
                await Once(() => Table.DeleteEntityAsync(_partition, row.RowKey, row.ETag));
        }
    }

    public Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var row = RowKey(key);
        return Read(token => Table.QueryAsync<TableEntity>(r => r.PartitionKey == _partition && (r.RowKey == VersionKey || r.RowKey == row), cancellationToken: token));
    }

    public Task<MembershipTableData> ReadAll() => Read(token => Table.QueryAsync<TableEntity>(r => r.PartitionKey == _partition, cancellationToken: token));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        var row = Row(entry, etag: 1);
        row["AliveAt"] = MemberText.Ticks(entry.IAmAliveTime);
        return Change(tableVersion, new TableTransactionAction(TableTransactionActionType.Add, row));
    }

    /// <summary>
    /// The row's own number is looked at before: nobody changes it without the version that this change stands on. When the silo last lived is left as it
    /// says itself.
    /// </summary>
    public async Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        var stored = await Call(token => Table.GetEntityIfExistsAsync<TableEntity>(_partition, RowKey(entry.SiloAddress), [Version], token));
        return stored.HasValue && Text(stored.Value!.GetInt64(Version)) == etag
            && await Change(tableVersion, new TableTransactionAction(TableTransactionActionType.UpdateMerge, Row(entry, stored.Value.GetInt64(Version)!.Value + 1), ETag.All));
    }

    /// <summary>Of a silo that was swept away meanwhile nothing is written.</summary>
    public Task UpdateIAmAlive(MembershipEntry entry) => Call(token => Once(() => Table.UpdateEntityAsync(
        new TableEntity(_partition, RowKey(entry.SiloAddress)) { ["AliveAt"] = MemberText.Ticks(entry.IAmAliveTime) }, ETag.All, TableUpdateMode.Merge, token)));

    public async Task<SiloStatus?> StatusOf(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            var row = await Call(token => Table.GetEntityIfExistsAsync<TableEntity>(_partition, RowKey(silo), ["Status"], token), cancellationToken);
            return row.HasValue ? (SiloStatus)row.Value!.GetInt32("Status")!.Value : null;
        }
        catch (Exception e) when ((e is RequestFailedException || BlobErrors.IsUnknown(e)) && !cancellationToken.IsCancellationRequested)
        {
            throw new StorageException($"The membership cannot be read: {BlobDatabase.FirstLine(e.Message)}", e);
        }
    }

    private AsyncPageable<TableEntity> Members() =>
        Table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {_partition} and RowKey ge {MemberKey} and RowKey lt {AfterMembers}"));

    private Task<MembershipTableData> Read(Func<CancellationToken, AsyncPageable<TableEntity>> rows) => Call(async token =>
    {
        List<Tuple<MembershipEntry, string>> members = [];
        var version = new TableVersion(0, "");
        await foreach (var row in rows(token))
        {
            if (row.RowKey == VersionKey)
                version = new TableVersion(row.GetInt32(Version)!.Value, row.ETag.ToString());
            else
                members.Add(Tuple.Create(Entry(row), Text(row.GetInt64(Version))));
        }

        return new MembershipTableData(members, version);
    });

    /// <summary>
    /// False: somebody changed the membership, or this row, since it was read; nothing was done. Asked again, a change whose answer was lost meets its own doing, and knows it.
    /// </summary>
    private Task<bool> Change(TableVersion version, TableTransactionAction member)
    {
        var change = BlobDatabase.NewName();
        TableTransactionAction[] actions = [member, new(TableTransactionActionType.UpdateReplace, VersionRow(version.Version, change), new ETag(version.VersionEtag))];
        var again = false;
        return Call(async token =>
        {
            var mayBeDone = again;
            again = true;
            if (await Once(() => Table.SubmitTransactionAsync(actions, token)))
                return true;
            return mayBeDone && await Table.GetEntityIfExistsAsync<TableEntity>(_partition, VersionKey, [ChangedBy], token) is { HasValue: true } now && now.Value!.GetString(ChangedBy) == change;
        });
    }

    private static async Task<bool> Once(Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (RequestFailedException e) when (BlobErrors.IsConflict(e) || BlobErrors.IsMissing(e))
        {
            return false;
        }
    }

    /// <summary>Within its time, and a few times where there is no answer.</summary>
    /// <exception cref="TimeoutException">There was none in all of it.</exception>
    private async Task<T> Call<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _calls.ExecuteAsync(static async (ask, token) => await ask(token), ask, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutRejectedException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Azure Storage did not answer in time: {e.Message}", e);
        }
    }

    private TableEntity VersionRow(int version, string change) => new(_partition, VersionKey) { [Version] = version, [ChangedBy] = change };

    private TableEntity Row(MembershipEntry entry, long etag) => new(_partition, RowKey(entry.SiloAddress))
    {
        ["Status"] = (int)entry.Status,
        ["Name"] = entry.SiloName ?? "",
        ["Host"] = entry.HostName ?? "",
        ["GatewayPort"] = entry.ProxyPort,
        ["Suspects"] = MemberText.Suspects(entry),
        ["StartedAt"] = MemberText.Ticks(entry.StartTime),
        [Version] = etag,
    };

    private static MembershipEntry Entry(TableEntity row) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(row.RowKey[MemberKey.Length..]),
        Status = (SiloStatus)row.GetInt32("Status")!.Value,
        SiloName = row.GetString("Name"),
        HostName = row.GetString("Host"),
        ProxyPort = row.GetInt32("GatewayPort")!.Value,
        SuspectTimes = MemberText.Suspects(row.GetString("Suspects")),
        StartTime = MemberText.Time(row.GetInt64("StartedAt")!.Value),
        IAmAliveTime = MemberText.Time(row.GetInt64("AliveAt")!.Value),
    };

    private static string RowKey(SiloAddress silo) => MemberKey + silo.ToParsableString();

    private static string Text(long? number) => number!.Value.ToString(CultureInfo.InvariantCulture);
}
