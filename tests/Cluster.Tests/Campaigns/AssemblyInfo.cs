using Silo.Tests.Support;

[assembly: AssemblyFixture(typeof(PostgresServer))]
