using Silo.Tests.Support;

namespace Silo.Tests.Storage.Sqlite;

public sealed class SqliteStateTests() : StateContractTests(new SqliteUnderTest());
