using Azure;
using Azure.Data.Tables;
using Grains.Storage;
using Scheduling.Model;

namespace Silo.Storage.Blobs;

/// <summary>Finds jobs in the table, by the rows that their records' transactions wrote: each question goes to every partition, and the answers are merged in order.</summary>
public sealed class BlobJobIndex(BlobDatabase database) : IJobIndex
{
    /// <summary>What a page of the service holds at most.</summary>
    private const int MostRows = 1000;

    private const int ReadsAtOnce = 32;

    public async Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default)
    {
        JobContinuation? after = query.After is null ? null : JobContinuation.Parse(query.After);
        var limit = JobIndexLimits.Page(query.Limit);
        var prefix = query.Parent is { } parent ? $"p:{parent.Value}:" : "s:";
        var last = after is not { } place ? null
            : query.Parent is { } of ? JobKeys.Part(of.Value, place.SubmittedAt.UtcTicks, place.Job.Value) : JobKeys.Newest(place.SubmittedAt.UtcTicks, place.Job.Value);
        var filters = Filters(query);
        var rows = await Rows(b => JobKeys.Range(b, prefix, last) + filters, limit + 1, cancellationToken);

        // One row more than asked tells whether there is a next page.
        if (rows.Count <= limit)
            return new JobPage(rows, null);
        rows.RemoveAt(limit);
        return new JobPage(rows, JobContinuation.Of(rows[^1]).ToString());
    }

    public async Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default)
    {
        using var slots = new SemaphoreSlim(ReadsAtOnce);
        var rows = await BlobDatabase.Reading(Task.WhenAll(jobs.Distinct().Where(j => JobRow.IsKey(j.Value)).Order().Select(async job =>
        {
            await slots.WaitAsync(cancellationToken);
            try
            {
                var found = await database.Table.GetEntityIfExistsAsync<TableEntity>(JobKeys.Bucket(job.Value), JobKeys.Record(job.Value), JobRow.Columns, cancellationToken);
                return found.HasValue ? JobRow.From(found.Value!) : null;
            }
            finally
            {
                slots.Release();
            }
        })));
        return [.. rows.OfType<JobIndexRow>()];
    }

    public async Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default)
    {
        var prefix = includeEnded ? "r:" : "l:";
        return await Rows(b => JobKeys.Range(b, prefix, prefix + after?.Value), JobIndexLimits.Scan(limit), cancellationToken);
    }

    public async Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default)
    {
        var due = await Merged(b => JobKeys.DueBy(b, now.UtcTicks), JobIndexLimits.Scan(limit), ["RowKey"], cancellationToken);
        return [.. due.Select(e => new JobId(JobKeys.OfWake(e.RowKey)))];
    }

    public async Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default)
    {
        var counts = await BlobDatabase.Reading(Task.WhenAll(JobKeys.AllBuckets.Select(async bucket =>
        {
            var count = new Dictionary<string, int>(StringComparer.Ordinal);
            await foreach (var row in database.Table.QueryAsync<TableEntity>(JobKeys.Range(bucket, "l:"), MostRows, ["Tenant"], cancellationToken))
                count[row.GetString("Tenant")] = count.GetValueOrDefault(row.GetString("Tenant")) + 1;
            return count;
        })));
        return counts.SelectMany(c => c).GroupBy(c => c.Key, StringComparer.Ordinal).ToDictionary(g => new TenantId(g.Key), g => g.Sum(c => c.Value));
    }

    private static string Filters(JobQuery query)
    {
        var filter = new System.Text.StringBuilder();
        Equal("Tenant", query.Tenant?.Value);
        Equal("User", query.User);
        Equal("Phase", query.Phase);
        Equal("Name", query.Name);
        Equal("Pool", query.Pool?.Value);
        if (query.Ended is { } ended)
            filter.Append(ended ? " and Ended eq true" : " and Ended eq false");
        if (query.Whole)
            filter.Append(" and IsPart eq false");
        return filter.ToString();

        void Equal(string column, string? value)
        {
            if (value is not null)
                filter.Append(" and ").Append(column).Append(" eq '").Append(JobKeys.Quoted(value)).Append('\'');
        }
    }

    private async Task<List<JobIndexRow>> Rows(Func<string, string> filter, int limit, CancellationToken cancellationToken) =>
        [.. (await Merged(filter, limit, JobRow.Columns, cancellationToken)).Select(JobRow.From)];

    /// <summary>The first rows of all partitions, in the order of their keys.</summary>
    private Task<List<TableEntity>> Merged(Func<string, string> filter, int limit, string[] columns, CancellationToken cancellationToken) => BlobDatabase.Reading(Merge(filter, limit, columns, cancellationToken));

    private async Task<List<TableEntity>> Merge(Func<string, string> filter, int limit, string[] columns, CancellationToken cancellationToken)
    {
        // About a partition's share of what is wanted, and some more, since they are never quite even.
        var page = Math.Min(MostRows, limit / JobKeys.Buckets * 5 / 4 + 16);
        var sources = JobKeys.AllBuckets.Select(b => database.Table.QueryAsync<TableEntity>(filter(b), Math.Min(page, limit), columns, cancellationToken).GetAsyncEnumerator(cancellationToken)).ToList();
        try
        {
            var first = await Task.WhenAll(sources.Select(s => s.MoveNextAsync().AsTask()));
            var heads = new PriorityQueue<IAsyncEnumerator<TableEntity>, string>(StringComparer.Ordinal);
            for (var i = 0; i < sources.Count; i++)
            {
                if (first[i])
                    heads.Enqueue(sources[i], sources[i].Current.RowKey);
            }

            var rows = new List<TableEntity>();
            while (rows.Count < limit && heads.TryDequeue(out var source, out _))
            {
                rows.Add(source.Current);
                if (await source.MoveNextAsync())
                    heads.Enqueue(source, source.Current.RowKey);
            }

            return rows;
        }
        finally
        {
            foreach (var source in sources)
                await source.DisposeAsync();
        }
    }
}
