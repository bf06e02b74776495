using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

public sealed class PostgresStateTests : StateContractTests, IAsyncLifetime
{
    private readonly PostgresUnderTest _storage;

    public PostgresStateTests(PostgresServer server) : this(new PostgresUnderTest(server))
    {
    }

    private PostgresStateTests(PostgresUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
