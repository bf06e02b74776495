using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Silo.Tests.Support;

/// <summary>A real PostgreSQL server in a folder of its own, on a free port of this machine; started by the first test that asks.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly string[] Folders = ["/usr/lib/postgresql", "/usr/pgsql", "/usr/local/pgsql"];

    private readonly SemaphoreSlim _starting = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("silo-postgres-").FullName;
    private readonly string _bin = Bin();
    private Process? _process;
    private int _schemas;

    public int Port { get; private set; }

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Database=postgres;Username=postgres;GSS Encryption Mode=Disable";

    /// <summary>False: it waits for no disk. Whoever connects to it sees the same, and all that it answered outlives every process, but not the machine.</summary>
    public bool Syncs { get; init; } = true;

    /// <summary>Another address of this machine, for processes in network namespaces; set before it is started.</summary>
    public string? ListenAlso { get; set; }

    /// <summary>A schema that nobody has used.</summary>
    public string NewSchema() => $"t{Interlocked.Increment(ref _schemas)}";

    public async Task<PostgresServer> Started()
    {
        await _starting.WaitAsync();
        try
        {
            if (_process is null)
            {
                await Initialize();
                await Start();
            }
        }
        finally
        {
            _starting.Release();
        }

        return this;
    }

    /// <summary>SIGKILL to the postmaster and all its children, as when the machine loses them.</summary>
    public async Task Kill()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(Path.Combine(_folder, "data", "postmaster.pid"));
    }

    public async Task Start()
    {
        _process = Begin("postgres", "-D", Data, "-p", $"{Port}", "-k", _folder, "-c", $"listen_addresses=127.0.0.1{(ListenAlso is null ? "" : $",{ListenAlso}")}", "-c", "max_connections=200", "-c", "shared_buffers=64MB",
            "-c", "shared_memory_type=mmap", "-c", "dynamic_shared_memory_type=mmap", "-c", $"fsync={(Syncs ? "on" : "off")}", "-c", $"full_page_writes={(Syncs ? "on" : "off")}");
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync();
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient && clock.Elapsed < TimeSpan.FromMinutes(2))
            {
                Assert.False(_process.HasExited, $"postgres ended by itself, see {_folder}");
                await Task.Delay(50);
            }
        }
    }

    public async Task<object?> Sql(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>One of PostgreSQL's own tools against this server, with its output into a file, or its input from one.</summary>
    public async Task RunTool(string tool, string[] arguments, string? output = null, string? input = null)
    {
        var start = new ProcessStartInfo(Path.Combine(_bin, tool), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[] { ("PGHOST", "127.0.0.1"), ("PGPORT", $"{Port}"), ("PGUSER", "postgres") })
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await using var from = File.OpenRead(input);
            await from.CopyToAsync(process.StandardInput.BaseStream);
        }

        process.StandardInput.Close();
        await using (var to = output is null ? Stream.Null : File.Create(output))
            await process.StandardOutput.BaseStream.CopyToAsync(to);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{tool}: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        _starting.Dispose();
    }

    private string Data => Path.Combine(_folder, "data");

    private async Task Initialize()
    {
        if (Environment.IsPrivilegedProcess)
            await End(Process.Start("chown", ["postgres", _folder]));
        await End(Begin("initdb", "-D", Data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"));
        if (ListenAlso is not null)
            await File.AppendAllTextAsync(Path.Combine(Data, "pg_hba.conf"), $"host all all {ListenAlso}/24 trust\n");
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>PostgreSQL does not run as root.</summary>
    private Process Begin(string program, params string[] arguments)
    {
        string[] prefix = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        string[] all = [.. prefix, Path.Combine(_bin, program), .. arguments];
        var start = new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task End(Process process)
    {
        using (process)
        {
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }
    }

    private static string Bin() =>
        Folders.Where(Directory.Exists).SelectMany(Directory.GetDirectories).Append("/usr").Select(f => Path.Combine(f, "bin"))
            .Where(b => File.Exists(Path.Combine(b, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        ?? throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql (build/test.sh does it).");
}
