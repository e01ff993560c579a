using 'main.bicep'

param name = 'sample'
param location = 'swedencentral'
param password = readEnvironmentVariable('PASSWORD')
